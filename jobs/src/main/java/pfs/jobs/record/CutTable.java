package pfs.jobs.record;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where a stored run can be cut: the places of its cut keys, and a hash of the records between two
 * of them. Whether a key is a cut key depends on the key alone, so runs that have keys in common
 * can be cut at the same keys. Immutable.
 *
 * <p>Encoded, all big-endian:
 *
 * <pre>
 * +---------+---------------------------------------------------------------+
 * | version | segments: key length u8 | key | end u64 | 16 bytes of SHA-256 |
 * | u8 = 1  |                                                               |
 * +---------+---------------------------------------------------------------+
 * </pre>
 *
 * The first segment begins with the run and has the empty key; the others begin with the first
 * record of their key. The end is the place in the run behind a segment's last record.
 */
public final class CutTable {
    /** A longer key is no cut key. */
    static final int LONGEST_KEY = 100;

    /** Bytes of a segment's hash. */
    public static final int HASH = 16;

    private static final int VERSION = 1;

    private final byte[] keys;
    private final int[] keyEnds;
    private final long[] ends;
    private final byte[] hashes;

    /**
     * @param keys of all segments, one behind the other
     * @param keyEnds where each ends
     */
    CutTable(byte[] keys, int[] keyEnds, long[] ends, byte[] hashes) {
        this.keys = keys;
        this.keyEnds = keyEnds;
        this.ends = ends;
        this.hashes = hashes;
    }

    public int segments() {
        return ends.length;
    }

    /** The place of the segment's first byte. */
    public long start(int segment) {
        return segment == 0 ? 0 : ends[segment - 1];
    }

    /** The place behind the segment's last byte. */
    public long end(int segment) {
        return ends[segment];
    }

    /** The key of the segment's first record; empty for the first segment. */
    public byte[] key(int segment) {
        return Arrays.copyOfRange(keys, keyStart(segment), keyEnds[segment]);
    }

    private int keyStart(int segment) {
        return segment == 0 ? 0 : keyEnds[segment - 1];
    }

    /** Compares the keys of two segments, of two tables, as unsigned bytes. */
    public int compareKey(int segment, CutTable other, int otherSegment) {
        return Arrays.compareUnsigned(
                keys,
                keyStart(segment),
                keyEnds[segment],
                other.keys,
                other.keyStart(otherSegment),
                other.keyEnds[otherSegment]);
    }

    /** The hashes of the segments from {@code from} to before {@code to}, to be read only. */
    public ByteBuffer hashes(int from, int to) {
        return ByteBuffer.wrap(hashes, from * HASH, (to - from) * HASH).asReadOnlyBuffer();
    }

    /** Bytes of memory. */
    public long footprint() {
        return keys.length + keyEnds.length * (4L + 8 + HASH) + 100;
    }

    /** The least hash of all segments: runs that differ in few segments mostly have the same. */
    public long leastHash() {
        ByteBuffer all = ByteBuffer.wrap(hashes);
        long least = -1;
        for (int i = 0; i < ends.length; i++) {
            long next = all.getLong(i * HASH);
            least = Long.compareUnsigned(next, least) < 0 ? next : least;
        }
        return least;
    }

    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(1 + keys.length + ends.length * (1 + 8 + HASH));
        out.put((byte) VERSION);
        for (int i = 0; i < ends.length; i++) {
            out.put((byte) (keyEnds[i] - keyStart(i)));
            out.put(keys, keyStart(i), keyEnds[i] - keyStart(i));
            out.putLong(ends[i]);
            out.put(hashes, i * HASH, HASH);
        }
        return out.array();
    }

    /** Decodes what {@link #encode} made; IllegalArgumentException for anything else. */
    public static CutTable decode(byte[] encoded) {
        Builder table = new Builder();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("a table of cuts of version " + version);
            }
            while (in.available() > 0) {
                byte[] key = new byte[in.readUnsignedByte()];
                in.readFully(key);
                long end = in.readLong();
                byte[] hash = new byte[HASH];
                in.readFully(hash);
                table.add(key, end, hash);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("a damaged table of cuts", e);
        }
        return table.done();
    }

    /** Gathers segments in order. Not thread-safe. */
    static final class Builder {
        private byte[] keys = new byte[256];
        private int[] keyEnds = new int[32];
        private long[] ends = new long[32];
        private byte[] hashes = new byte[32 * HASH];
        private int count;

        void add(byte[] key, long end, byte[] hash) {
            if (count == ends.length) {
                keyEnds = Arrays.copyOf(keyEnds, count * 2);
                ends = Arrays.copyOf(ends, count * 2);
                hashes = Arrays.copyOf(hashes, count * 2 * HASH);
            }
            int start = count == 0 ? 0 : keyEnds[count - 1];
            if (start + key.length > keys.length) {
                keys = Arrays.copyOf(keys, (start + key.length) * 2);
            }
            System.arraycopy(key, 0, keys, start, key.length);
            keyEnds[count] = start + key.length;
            ends[count] = end;
            System.arraycopy(hash, 0, hashes, count * HASH, HASH);
            count++;
        }

        int count() {
            return count;
        }

        CutTable done() {
            return new CutTable(
                    Arrays.copyOf(keys, count == 0 ? 0 : keyEnds[count - 1]),
                    Arrays.copyOf(keyEnds, count),
                    Arrays.copyOf(ends, count),
                    Arrays.copyOf(hashes, count * HASH));
        }
    }
}
