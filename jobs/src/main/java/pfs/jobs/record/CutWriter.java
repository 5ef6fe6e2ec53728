package pfs.jobs.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Encodes records that come in key order, as {@link RecordWriter} does, and makes the table of
 * their cuts. Not thread-safe.
 */
public final class CutWriter implements RecordSink {
    /** One key in so many is a cut key. */
    private static final int ONE_IN = 64;

    /** Segments of a table at most: in longer runs, fewer keys are cut keys. */
    static final int MOST_SEGMENTS = 4096;

    private static final int BUFFER = 128 << 10;

    private final RecordWriter.ByteSink out;
    private final MessageDigest sha = ObjectId.sha256();
    private CutTable.Builder table = new CutTable.Builder();
    private long oneIn = ONE_IN;
    private byte[] buffer = new byte[16 << 10];
    private int used;
    private long count;

    /** Where in the buffer the bytes begin that are not hashed yet. */
    private int unhashed;

    private long flushed;
    private byte[] segmentKey = new byte[0];
    private byte @Nullable [] lastCutKey;

    public CutWriter(RecordWriter.ByteSink out) {
        this.out = out;
    }

    /** A number that depends on all bytes of the key: below a bound, the key is a cut key. */
    private static long rank(byte[] bytes, int key, int keyLength) {
        long mixed = keyLength;
        for (int i = key; i < key + keyLength; i++) {
            mixed = (mixed ^ bytes[i]) * 0x9E3779B97F4A7C15L;
            mixed ^= mixed >>> 29;
        }
        return mixed * 0xBF58476D1CE4E5B9L;
    }

    private static boolean isCut(long rank, long oneIn) {
        return (rank >>> 1) < Long.MAX_VALUE / oneIn;
    }

    @Override
    public void record(byte[] record, int key, int keyLength, int tailLength) throws IOException {
        if (keyLength > 0
                && keyLength <= CutTable.LONGEST_KEY
                && isCut(rank(record, key, keyLength), oneIn)) {
            cut(Arrays.copyOfRange(record, key, key + keyLength));
        }
        int most = RecordCodec.MAX_HEADER + keyLength + tailLength;
        if (used + most > buffer.length) {
            makeRoom(most);
        }
        used = RecordCodec.encode(buffer, used, record, key, keyLength, tailLength);
        count++;
    }

    public long count() {
        return count;
    }

    /** Cuts in front of the first record of a key; the run's first begins the first segment. */
    private void cut(byte[] key) {
        if (Arrays.equals(key, lastCutKey)) {
            return;
        }
        lastCutKey = key;
        if (position() > 0) {
            endSegment();
            segmentKey = key;
        }
        if (table.count() >= MOST_SEGMENTS) {
            thin();
        }
    }

    private void endSegment() {
        hash();
        table.add(segmentKey, position(), Arrays.copyOf(sha.digest(), CutTable.HASH));
    }

    /** Drops about half of the cuts, the same as in any other run. */
    private void thin() {
        CutTable all = table.done();
        oneIn *= 2;
        CutTable.Builder fewer = new CutTable.Builder();
        int from = 0;
        for (int next = 1; next <= all.segments(); next++) {
            if (next == all.segments() || staysCut(all.key(next))) {
                fewer.add(all.key(from), all.end(next - 1), joined(all, from, next));
                from = next;
            }
        }
        table = fewer;
    }

    private boolean staysCut(byte[] key) {
        return isCut(rank(key, 0, key.length), oneIn);
    }

    private static byte[] joined(CutTable all, int from, int to) {
        MessageDigest sha = ObjectId.sha256();
        sha.update(all.hashes(from, to));
        return Arrays.copyOf(sha.digest(), CutTable.HASH);
    }

    private void hash() {
        sha.update(buffer, unhashed, used - unhashed);
        unhashed = used;
    }

    private void makeRoom(int most) throws IOException {
        if (buffer.length < BUFFER && used + most <= BUFFER) {
            buffer = Arrays.copyOf(buffer, Math.max(used + most, buffer.length * 4));
            return;
        }
        flush();
        if (most > buffer.length) {
            buffer = new byte[Math.max(most, BUFFER)];
        }
    }

    private void flush() throws IOException {
        hash();
        if (used > 0) {
            out.accept(ByteBuffer.wrap(buffer, 0, used));
        }
        flushed += used;
        used = 0;
        unhashed = 0;
    }

    /** Bytes of all records so far. */
    public long position() {
        return flushed + used;
    }

    /** Gives the last bytes to the sink; the table of all records. */
    public CutTable finish() throws IOException {
        if (position() > 0) {
            endSegment();
        }
        flush();
        return table.done();
    }
}
