package pfs.jobs.record;

/**
 * A record as pfs keeps it, in memory, in spill files and in stored runs:
 *
 * <pre>
 * +----------------+-----------------+-----------+-------------+
 * | key length     | tail length     | key bytes | tail bytes  |
 * | varint (1..5)  | varint (1..5)   |           |             |
 * +----------------+-----------------+-----------+-------------+
 * </pre>
 *
 * A varint has seven bits a byte, the lowest first; the high bit says that more follow.
 */
final class RecordCodec {
    /** Bytes of the two lengths at most. */
    static final int MAX_HEADER = 10;

    /** Bytes of a record, key and tail. */
    static final int MAX_RECORD = 16 << 20;

    private RecordCodec() {}

    static int putVarint(byte[] into, int at, int value) {
        int v = value;
        int p = at;
        while (v >= 0x80) {
            into[p++] = (byte) (v | 0x80);
            v >>>= 7;
        }
        into[p++] = (byte) v;
        return p;
    }

    static int varintBytes(int value) {
        return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
    }

    /** The value of the varint at {@code at}; its length is {@link #varintBytes} of the value. */
    static int varint(byte[] from, int at) {
        int b = from[at];
        if (b >= 0) {
            return b;
        }
        int value = b & 0x7f;
        int p = at + 1;
        for (int shift = 7; shift < 35; shift += 7) {
            b = from[p++];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                break;
            }
        }
        return value;
    }

    /** Encodes a record; the position behind it. There must be room. */
    static int encode(byte[] into, int at, byte[] record, int key, int keyLength, int tailLength) {
        int p = putVarint(into, at, keyLength);
        p = putVarint(into, p, tailLength);
        System.arraycopy(record, key, into, p, keyLength + tailLength);
        return p + keyLength + tailLength;
    }
}
