package pfs.pack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The first 24 bytes of every pack. Records follow without gaps.
 *
 * <pre>
 *  0                    8             12                    20           24
 * +--------------------+-------------+---------------------+------------+
 * | magic "pfs-pack"   | u32 version | u64 the pack's      | u32 CRC32C |
 * |                    | 1           | number              | of 0..19   |
 * +--------------------+-------------+---------------------+------------+
 * </pre>
 */
public final class PackHeader {
    /** Bytes of the header. */
    public static final int BYTES = 24;

    private static final int VERSION = 1;
    private static final int CRC_AT = 20;
    private static final byte[] MAGIC = "pfs-pack".getBytes(StandardCharsets.US_ASCII);

    private PackHeader() {}

    /** The header of a new pack. */
    public static ByteBuffer encode(long pack) {
        ByteBuffer header = ByteBuffer.allocate(BYTES).put(MAGIC).putInt(VERSION).putLong(pack);
        return header.putInt(crc(header)).flip();
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CRC_AT));
        return (int) crc.getValue();
    }

    /** True if the bytes, position to limit, begin with a header of any version. */
    public static boolean isIntact(ByteBuffer from) {
        ByteBuffer header = from.slice();
        return header.limit() >= BYTES
                && header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && header.getInt(CRC_AT) == crc(header);
    }

    /**
     * The number of the pack that begins with these bytes, position to limit.
     *
     * @throws PfsException CORRUPT if they are no pack's header, or a version's that is not known
     */
    public static long decode(ByteBuffer from) {
        ByteBuffer header = from.slice();
        if (!isIntact(header)) {
            throw new PfsException(ErrorCode.CORRUPT, "the pack's header is damaged");
        }
        int version = header.getInt(MAGIC.length);
        if (version != VERSION) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the pack has format version " + version + ", known is " + VERSION);
        }
        return header.getLong(MAGIC.length + 4);
    }
}
