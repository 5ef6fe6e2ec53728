package pfs.tree;

import java.util.Arrays;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;

/**
 * A position in a tree node's bytes, read forwards; every read is checked, since nodes come from
 * other servers too. Not thread-safe.
 */
final class NodeInput {
    private final byte[] bytes;
    private int at;

    NodeInput(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    int at() {
        return at;
    }

    boolean atEnd() {
        return at == bytes.length;
    }

    int u8() {
        return bytes[skip(1)] & 0xff;
    }

    /** Moves over bytes that must be there, and answers where they began. */
    int skip(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw corrupt("is cut short: " + length + " bytes wanted at " + at);
        }
        int start = at;
        at += length;
        return start;
    }

    ObjectId id() {
        return ObjectId.decode(bytes, skip(ObjectId.BYTES));
    }

    /** LEB128, unsigned, 64 bits; only the shortest form is taken, so that ids are canonical. */
    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = bytes[skip(1)];
            if (shift == 63 && (b & 0xfe) != 0) {
                throw corrupt("has a number over 64 bits at " + at);
            }
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                if (b == 0 && shift > 0) {
                    throw corrupt("has a number that is not in its shortest form at " + at);
                }
                return value;
            }
        }
        throw corrupt("has a number over 64 bits at " + at);
    }

    /** A varint that counts something: at most {@code limit}. */
    long count(long limit) {
        long value = varint();
        if (value < 0 || value > limit) {
            throw corrupt("has the count " + Long.toUnsignedString(value) + ", limit " + limit);
        }
        return value;
    }

    long zigzag() {
        long value = varint();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A length of at most {@code limit}, and as many bytes of UTF-8. */
    String text(int limit) {
        int length = (int) count(limit);
        int from = skip(length);
        return utf8(bytes, from, from + length);
    }

    /** The text of these bytes; refuses what is not UTF-8. */
    static String utf8(byte[] bytes, int from, int to) {
        String text = new String(bytes, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
        // What is malformed was replaced, so it does not come back as the same bytes.
        byte[] again = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        if (!Arrays.equals(again, 0, again.length, bytes, from, to)) {
            throw corrupt("has text that is not UTF-8");
        }
        return text;
    }

    static PfsException corrupt(String what) {
        return new PfsException(ErrorCode.CORRUPT, "a tree node " + what);
    }
}
