package pfs.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;

/**
 * One node of a manifest: the ordered children of a stretch of a file, and the owner of their
 * layout in bytes. Immutable.
 *
 * <pre>
 *    0                   4       5       6               8
 *   +----+----+----+----+-------+-------+-------+-------+----------------------+
 *   | 'p'  'f'  's'  'm'|version| depth |     count     | count entries        |
 *   +----+----+----+----+-------+-------+-------+-------+----------------------+
 *
 *    0                                              32                     40
 *   +----------------------------------------------+-----------------------+
 *   | id of the child, SHA-256                     | bytes of file below it|   an entry
 *   +----------------------------------------------+-----------------------+
 * </pre>
 *
 * <p>Numbers are unsigned and big-endian. The version is 1. At depth 1 the children are chunks, at
 * depth n nodes of depth n - 1. A node ends behind the first child, from the {@value
 * #MIN_ENTRIES}nd on, whose id's first eight bytes are divisible by {@value #BOUNDARY}, or behind
 * the {@value #MAX_ENTRIES}th, or with the file: so equal stretches of files have equal nodes.
 */
final class ManifestNode {
    static final int HEADER_BYTES = 8;
    static final int ENTRY_BYTES = ObjectId.BYTES + Long.BYTES;
    static final int MIN_ENTRIES = 32;
    static final int MAX_ENTRIES = 512;

    /** A power of two; about one child in so many ends a node. */
    static final int BOUNDARY = 128;

    /** More than 32 to the 12th chunks of 64 KiB: no file is deeper. */
    static final int MAX_DEPTH = 12;

    private static final int VERSION = 1;
    private static final int MAGIC = 0x7066736d;
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int depth;
    private final long[] ends;

    private ManifestNode(byte[] bytes, int depth, long[] ends) {
        this.bytes = bytes;
        this.depth = depth;
        this.ends = ends;
    }

    /** True if a node ends behind its {@code count}-th child when that has this id. */
    static boolean endsBehind(ObjectId child, int count) {
        return count >= MAX_ENTRIES
                || (count >= MIN_ENTRIES && (child.prefix() & (BOUNDARY - 1)) == 0);
    }

    /** True if these bytes might be taken for a manifest node's. */
    static boolean looksLikeOne(byte[] bytes, int length) {
        return length >= HEADER_BYTES && (int) INT.get(bytes, 0) == MAGIC;
    }

    static void encodeHeader(byte[] into, int depth, int count) {
        INT.set(into, 0, MAGIC);
        into[4] = VERSION;
        into[5] = (byte) depth;
        into[6] = (byte) (count >>> 8);
        into[7] = (byte) count;
    }

    static void encodeEntry(byte[] into, int index, ObjectId child, long size) {
        int at = HEADER_BYTES + index * ENTRY_BYTES;
        child.encode(into, at);
        LONG.set(into, at + ObjectId.BYTES, size);
    }

    /**
     * Takes the node out of its bytes, which now belong to it.
     *
     * @throws PfsException CORRUPT if they are not a whole, well-formed node of this depth that
     *     stands for this many bytes
     */
    static ManifestNode decode(ObjectId id, byte[] bytes, int depth, long size) {
        if (!looksLikeOne(bytes, bytes.length)) {
            throw damaged(id, "has no manifest's header");
        }
        if (bytes[4] != VERSION) {
            throw damaged(id, "has format version " + bytes[4] + ", known is " + VERSION);
        }
        if (bytes[5] != depth || depth < 1 || depth > MAX_DEPTH) {
            throw damaged(id, "has depth " + bytes[5] + ", not " + depth);
        }
        int count = (bytes[6] & 0xff) << 8 | (bytes[7] & 0xff);
        if (count < 1 || count > MAX_ENTRIES) {
            throw damaged(id, "has " + count + " entries, limit " + MAX_ENTRIES);
        }
        if (bytes.length != HEADER_BYTES + count * ENTRY_BYTES) {
            throw damaged(id, "has " + bytes.length + " bytes for " + count + " entries");
        }
        ManifestNode node = new ManifestNode(bytes, depth, new long[count]);
        node.sumUp(id, size);
        return node;
    }

    private void sumUp(ObjectId id, long expected) {
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
            long size = (long) LONG.get(bytes, HEADER_BYTES + i * ENTRY_BYTES + ObjectId.BYTES);
            boolean possible = 0 < size && size <= (depth == 1 ? ChunkLimits.MAX : expected);
            if (!possible || size > expected - sum) {
                throw damaged(id, "has a child of " + size + " bytes in " + expected);
            }
            if (i < ends.length - 1 && endsBehind(child(i), i + 1)) {
                throw damaged(id, "goes on behind its end at entry " + i);
            }
            sum += size;
            ends[i] = sum;
        }
        if (sum != expected) {
            throw damaged(id, "stands for " + sum + " bytes, not " + expected);
        }
    }

    private static PfsException damaged(ObjectId id, String what) {
        return new PfsException(ErrorCode.CORRUPT, "manifest " + id + " " + what, id.toString());
    }

    int depth() {
        return depth;
    }

    int count() {
        return ends.length;
    }

    ObjectId child(int index) {
        return ObjectId.decode(bytes, HEADER_BYTES + index * ENTRY_BYTES);
    }

    /** Bytes of the file below a child. */
    long size(int index) {
        return ends[index] - start(index);
    }

    /** Bytes of the file before a child, counted from the node's first. */
    long start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    /** The child that holds the byte at {@code offset}, counted from the node's first. */
    int indexOf(long offset) {
        int found = Arrays.binarySearch(ends, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
