package pfs.jobs.record;

import java.io.IOException;

/**
 * Gives records one after the other. After each {@link #next} that answered true, the accessors
 * tell where the record is, until the next call. Not thread-safe.
 */
public abstract class RecordSource implements AutoCloseable {
    protected byte[] bytes = new byte[0];
    protected int key;
    protected int keyLength;
    protected int tailLength;

    /** Moves to the next record; false at the end. */
    public abstract boolean next() throws IOException;

    @Override
    public void close() throws IOException {}

    /** The array that holds the record: the key, then the tail. */
    public final byte[] bytes() {
        return bytes;
    }

    public final int key() {
        return key;
    }

    public final int keyLength() {
        return keyLength;
    }

    public final int tailLength() {
        return tailLength;
    }

    /** The key's first eight bytes as an unsigned number, shorter keys filled up with zeros. */
    final long keyPrefix() {
        return SortedRun.prefix(bytes, key, keyLength, 0, 8);
    }

    /** Compares the key with another, as unsigned bytes. */
    public final int compareKey(byte[] other) {
        return java.util.Arrays.compareUnsigned(
                bytes, key, key + keyLength, other, 0, other.length);
    }

    final int compareKey(RecordSource other) {
        return java.util.Arrays.compareUnsigned(
                bytes, key, key + keyLength, other.bytes, other.key, other.key + other.keyLength);
    }
}
