package pfs.benchmarks.peers;

import java.util.SplittableRandom;

/**
 * Text that is always the same for a seed, with some of what makes real text compress: 116,000
 * words, their frequencies by Zipf's law, phrases that come again, and documents of a few KiB that
 * each have favourites. About 7.3 bytes a word.
 */
final class TextSource {
    private static final int WORDS = 116_000;
    private static final int PHRASES = 20_000;
    private static final String LETTERS = "etaoinshrdlucmfwypvbgkjqxz";

    // The language is the same for every seed, what is said in it is not.
    private static final byte[][] VOCABULARY = new byte[WORDS][];
    private static final int[] FREQUENT = zipf(WORDS, 1.0, 1 << 21);
    private static final int[][] SAYINGS = new int[PHRASES][];
    private static final int[] FREQUENT_PHRASES = zipf(PHRASES, 0.9, 1 << 20);

    static {
        SplittableRandom random = new SplittableRandom(116_000);
        for (int i = 0; i < WORDS; i++) {
            VOCABULARY[i] = word(random, i);
        }
        for (int i = 0; i < PHRASES; i++) {
            SAYINGS[i] = random.ints(3 + random.nextInt(6), 0, FREQUENT.length).toArray();
            for (int k = 0; k < SAYINGS[i].length; k++) {
                SAYINGS[i][k] = FREQUENT[SAYINGS[i][k]];
            }
        }
    }

    private final int[] favourites = new int[64];
    private final SplittableRandom random;
    private int leftInDocument;
    private byte[] rest = {};
    private int restAt;

    TextSource(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Ranks 0 to n - 1, each as often in the table as Zipf's law says. */
    private static int[] zipf(int n, double exponent, int size) {
        double[] sums = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += 1 / Math.pow(i + 2.7, exponent);
            sums[i] = sum;
        }
        int[] table = new int[size];
        int rank = 0;
        for (int k = 0; k < size; k++) {
            while (sums[rank] < sum * (k + 0.5) / size) {
                rank++;
            }
            table[k] = rank;
        }
        return table;
    }

    private static byte[] word(SplittableRandom random, int rank) {
        double length = 1.2 + Math.log(rank + 1) * 0.75 + random.nextDouble() * 3 - 1;
        byte[] word = new byte[Math.max(1, (int) Math.round(length)) + 1];
        for (int k = 0; k < word.length - 1; k++) {
            double letter = -Math.log(1 - random.nextDouble()) * 6;
            word[k] = (byte) LETTERS.charAt(Math.min(25, (int) letter));
        }
        word[word.length - 1] = ' ';
        return word;
    }

    /** Fills the array with the next text; never ends. */
    void fill(byte[] into) {
        int at = 0;
        while (at < into.length) {
            if (restAt == rest.length) {
                say();
            }
            int n = Math.min(rest.length - restAt, into.length - at);
            System.arraycopy(rest, restAt, into, at, n);
            restAt += n;
            at += n;
        }
    }

    private void say() {
        if (leftInDocument <= 0) {
            leftInDocument = random.nextInt(300, 6000);
            for (int i = 0; i < favourites.length; i++) {
                favourites[i] = random.nextInt(PHRASES);
            }
        }
        double kind = random.nextDouble();
        if (kind < 0.05) {
            rest = join(SAYINGS[favourites[random.nextInt(favourites.length)]]);
        } else if (kind < 0.20) {
            rest = join(SAYINGS[FREQUENT_PHRASES[random.nextInt(FREQUENT_PHRASES.length)]]);
        } else {
            rest = VOCABULARY[FREQUENT[random.nextInt(FREQUENT.length)]];
        }
        restAt = 0;
        leftInDocument--;
    }

    private byte[] join(int[] phrase) {
        int length = 0;
        for (int word : phrase) {
            length += VOCABULARY[word].length;
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (int word : phrase) {
            System.arraycopy(VOCABULARY[word], 0, joined, at, VOCABULARY[word].length);
            at += VOCABULARY[word].length;
        }
        joined[length - 1] = random.nextInt(3) == 0 ? (byte) '\n' : (byte) ' ';
        return joined;
    }
}
