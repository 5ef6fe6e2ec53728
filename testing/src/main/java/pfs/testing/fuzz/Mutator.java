package pfs.testing.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes inputs out of others, by seed: bits flipped, bytes replaced by those that parsers stumble
 * over, numbers at their edges, pieces cut out, doubled, moved, and two inputs joined.
 */
final class Mutator {
    private static final byte[] EDGES = {
        0,
        1,
        0x7f,
        (byte) 0x80,
        (byte) 0xff,
        '%',
        '/',
        '.',
        '*',
        '[',
        ']',
        '{',
        '}',
        '"',
        '\\',
        ',',
        ':',
        '-',
        '+',
        '~',
        '@',
        ' ',
        '\n',
        '\r',
        '=',
        '&',
        '0',
        '9'
    };
    private static final int LONGEST = 1 << 16;

    private final RandomGenerator random;

    Mutator(RandomGenerator random) {
        this.random = random;
    }

    byte[] mutate(List<byte[]> corpus) {
        byte[] input = pick(corpus).clone();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            input = step(input, corpus);
        }
        return input.length > LONGEST ? Arrays.copyOf(input, LONGEST) : input;
    }

    private byte[] pick(List<byte[]> corpus) {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] step(byte[] in, List<byte[]> corpus) {
        if (in.length == 0) {
            return pick(corpus).clone();
        }
        int at = random.nextInt(in.length);
        return switch (random.nextInt(8)) {
            case 0 -> with(in, at, (byte) (in[at] ^ 1 << random.nextInt(8)));
            case 1 -> with(in, at, EDGES[random.nextInt(EDGES.length)]);
            case 2 -> with(in, at, (byte) random.nextInt(256));
            case 3 -> Arrays.copyOf(in, at);
            case 4 -> cut(in, at, at + 1 + random.nextInt(Math.min(16, in.length - at)));
            case 5 -> inserted(in, at, Arrays.copyOfRange(in, at, Math.min(in.length, at + 8)));
            case 6 -> number(in, at);
            default -> {
                byte[] other = pick(corpus);
                int from = other.length == 0 ? 0 : random.nextInt(other.length);
                yield inserted(
                        Arrays.copyOf(in, at), at, Arrays.copyOfRange(other, from, other.length));
            }
        };
    }

    private static byte[] with(byte[] in, int at, byte value) {
        in[at] = value;
        return in;
    }

    private static byte[] cut(byte[] in, int from, int to) {
        byte[] out = Arrays.copyOf(in, in.length - (to - from));
        System.arraycopy(in, to, out, from, in.length - to);
        return out;
    }

    private static byte[] inserted(byte[] in, int at, byte[] piece) {
        byte[] out = Arrays.copyOf(in, in.length + piece.length);
        System.arraycopy(piece, 0, out, at, piece.length);
        System.arraycopy(in, at, out, at + piece.length, in.length - at);
        return out;
    }

    /** A number of 2, 4 or 8 bytes at an edge. */
    private byte[] number(byte[] in, int at) {
        int width = Math.min(2 << random.nextInt(3), in.length - at);
        long edge =
                switch (random.nextInt(4)) {
                    case 0 -> -1;
                    case 1 -> Long.MAX_VALUE;
                    case 2 -> in.length;
                    default -> 1L << random.nextInt(63);
                };
        for (int i = 0; i < width; i++) {
            in[at + i] = (byte) (edge >>> 8 * (width - 1 - i));
        }
        return in;
    }
}
