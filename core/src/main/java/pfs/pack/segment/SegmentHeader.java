package pfs.pack.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What a segment's blob begins with, big-endian:
 *
 * <pre>
 *  0                    8         9        12             20           24
 * +--------------------+---------+--------+--------------+------------+
 * | magic "pfs-segm"   | u8 kind | 0 0 1  | u64 value    | u32 CRC32C |
 * |                    |         | version|              | of 0..19   |
 * +--------------------+---------+--------+--------------+------------+
 * </pre>
 *
 * @param value of DATA: the bytes that follow; of END: the bytes before it; of FINISHED: those of
 *     them that are whole
 */
record SegmentHeader(Kind kind, long value) {
    static final int BYTES = 24;

    private static final byte[] MAGIC = "pfs-segm".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int CRC_AT = 20;

    /** What a blob of a pack is. The order is the number on disk: append only. */
    enum Kind {
        /** The pack was begun. */
        BEGUN,
        /** Bytes of the pack. */
        DATA,
        /** Nothing comes here any more. */
        END,
        /** The pack is as long as this says. */
        FINISHED
    }

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES).put(MAGIC);
        out.putInt(kind.ordinal() << Byte.SIZE * 3 | VERSION).putLong(value);
        return out.putInt(crc(out)).flip();
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CRC_AT));
        return (int) crc.getValue();
    }

    /**
     * @param name of the blob, for the error
     * @throws IOException if it is none
     */
    static SegmentHeader decode(String name, ByteBuffer header) throws IOException {
        boolean whole =
                header.limit() >= BYTES
                        && header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                        && header.getInt(CRC_AT) == crc(header);
        int kind = whole ? header.getInt(MAGIC.length) : -1;
        if ((kind & 0xff) != VERSION || kind >>> Byte.SIZE * 3 >= Kind.values().length) {
            throw new IOException("the head of segment " + name + " is damaged");
        }
        return new SegmentHeader(
                Kind.values()[kind >>> Byte.SIZE * 3], header.getLong(MAGIC.length + 4));
    }
}
