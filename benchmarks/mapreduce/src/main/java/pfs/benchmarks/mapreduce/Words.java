package pfs.benchmarks.mapreduce;

import java.util.Arrays;

/**
 * Counts words in one pass over bytes: a hash table of byte strings, no object per word. The mapper
 * of all contenders, which adds up within its split. Not thread-safe.
 */
public final class Words {
    private byte[] keys = new byte[1 << 20];
    private int used;
    private int[] starts = new int[1 << 15];
    private int[] lengths = new int[1 << 15];
    private int[] hashes = new int[1 << 15];
    private long[] counts = new long[1 << 15];
    private int[] table = new int[1 << 16];
    private int size;

    /** Takes a word and its count; the bytes are valid during the call only. */
    public interface Sink<E extends Exception> {
        void word(byte[] bytes, int start, int length, long count) throws E;
    }

    private static boolean letter(byte b) {
        return b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b >= '0' && b <= '9'
                || b < 0
                || b == '_';
    }

    /** Counts the words of a text. */
    public void count(byte[] text, int from, int to) {
        int at = from;
        while (at < to) {
            while (at < to && !letter(text[at])) {
                at++;
            }
            int start = at;
            int hash = 0;
            while (at < to && letter(text[at])) {
                hash = 31 * hash + text[at++];
            }
            if (at > start) {
                add(text, start, at - start, hash, 1);
            }
        }
    }

    /** Adds up lines of a word, a tab and a count. */
    public void sum(byte[] lines) {
        int at = 0;
        while (at < lines.length) {
            int start = at;
            int hash = 0;
            while (lines[at] != '\t') {
                hash = 31 * hash + lines[at++];
            }
            int length = at++ - start;
            long n = 0;
            while (at < lines.length && lines[at] != '\n') {
                n = 10 * n + lines[at++] - '0';
            }
            at++;
            add(lines, start, length, hash, n);
        }
    }

    private void add(byte[] from, int start, int length, int hash, long n) {
        int mixed = hash * 0x9E3779B9;
        int slot = mixed >>> 8 & table.length - 1;
        while (table[slot] != 0) {
            int i = table[slot] - 1;
            if (hashes[i] == mixed
                    && lengths[i] == length
                    && Arrays.equals(
                            keys, starts[i], starts[i] + length, from, start, start + length)) {
                counts[i] += n;
                return;
            }
            slot = slot + 1 & table.length - 1;
        }
        if (used + length > keys.length) {
            keys = Arrays.copyOf(keys, Math.max(keys.length * 2, used + length));
        }
        if (size == starts.length) {
            grow();
        }
        System.arraycopy(from, start, keys, used, length);
        starts[size] = used;
        lengths[size] = length;
        hashes[size] = mixed;
        counts[size++] = n;
        used += length;
        if (table.length < 2 * size) {
            rehash();
        } else {
            table[slot] = size;
        }
    }

    private void grow() {
        starts = Arrays.copyOf(starts, size * 2);
        lengths = Arrays.copyOf(lengths, size * 2);
        hashes = Arrays.copyOf(hashes, size * 2);
        counts = Arrays.copyOf(counts, size * 2);
    }

    private void rehash() {
        table = new int[table.length * 2];
        for (int i = 0; i < size; i++) {
            int slot = hashes[i] >>> 8 & table.length - 1;
            while (table[slot] != 0) {
                slot = slot + 1 & table.length - 1;
            }
            table[slot] = i + 1;
        }
    }

    /** Gives all words and their counts, in the order in which they were met first. */
    public <E extends Exception> void each(Sink<E> sink) throws E {
        for (int i = 0; i < size; i++) {
            sink.word(keys, starts[i], lengths[i], counts[i]);
        }
    }
}
