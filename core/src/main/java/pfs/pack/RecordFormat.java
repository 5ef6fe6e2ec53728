package pfs.pack;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The layout of a record in a pack: a header of 46 bytes and the payload. Numbers are big-endian.
 *
 * <pre>
 *  0                   4                   8     9     10              14
 * +-------------------+-------------------+-----+-----+---------------+
 * | u32 stored length | u32 CRC32C        | u8  | u8  | u32 raw       |
 * | of the payload    | of all but itself |kind |flags| length        |
 * +-------------------+-------------------+-----+-----+---------------+
 * | 32 bytes id: the SHA-256 of the raw bytes                         |  14
 * +-------------------------------------------------------------------+
 * | payload: stored length bytes                                      |  46
 * +-------------------------------------------------------------------+
 * </pre>
 *
 * Kinds 1 to 4 are objects (chunk, manifest, tree, commit); 16 is a journal record. Flags: 0, the
 * payload is the raw bytes; 1, it is one zstd frame of them, and shorter. A row of zeros is no
 * record, since there is no kind 0.
 */
public final class RecordFormat {
    /** Bytes before the payload. */
    public static final int HEADER = 46;

    /** Raw bytes of a record. */
    public static final int MAX_RAW = 16 << 20;

    /** Bytes of a whole record. */
    public static final int MAX_RECORD = HEADER + MAX_RAW;

    /** The kind of a journal record. */
    public static final int JOURNAL = 16;

    /** Flags of a payload that is the raw bytes. */
    public static final int PLAIN = 0;

    /** Flags of a payload that is a zstd frame. */
    public static final int ZSTD = 1;

    private static final int CRC_AT = 4;
    private static final int KIND_AT = 8;
    private static final int FLAGS_AT = 9;
    private static final int RAW_AT = 10;
    private static final int ID_AT = 14;

    private RecordFormat() {}

    /** The length in the header, if a record can have it; -1 if these bytes begin no record. */
    static int recordLength(ByteBuffer header, int at) {
        int stored = header.getInt(at);
        int raw = header.getInt(at + RAW_AT);
        int flags = header.get(at + FLAGS_AT);
        boolean lengths =
                raw >= 0
                        && raw <= MAX_RAW
                        && switch (flags) {
                            case PLAIN -> stored == raw;
                            case ZSTD -> stored > 0 && stored < raw;
                            default -> false;
                        };
        return lengths && isKind(header.get(at + KIND_AT)) ? HEADER + stored : -1;
    }

    /**
     * Bytes of the whole record that this header of {@link #HEADER} bytes begins.
     *
     * @throws PfsException CORRUPT if it begins none
     */
    public static int lengthOf(ByteBuffer header) {
        int length = header.remaining() < HEADER ? -1 : recordLength(header, header.position());
        if (length < 0) {
            throw new PfsException(ErrorCode.CORRUPT, "these bytes begin no record");
        }
        return length;
    }

    private static boolean isKind(int kind) {
        return (kind >= 1 && kind <= 4) || kind == JOURNAL;
    }

    /**
     * The header of a record, to be written before its payload. The payload is read, not changed.
     *
     * @param id 32 bytes
     */
    public static ByteBuffer encodeHeader(
            int kind, int flags, int rawLength, byte[] id, ByteBuffer... payload) {
        int stored = 0;
        for (ByteBuffer part : payload) {
            stored = Math.addExact(stored, part.remaining());
        }
        if (rawLength > MAX_RAW) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the record is " + rawLength + " bytes, limit " + MAX_RAW);
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putInt(stored).putInt(0).put((byte) kind).put((byte) flags).putInt(rawLength);
        header.put(id, 0, IndexEntry.ID_BYTES).flip();
        if (recordLength(header, 0) < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "no record of kind %d, flags %d, %d bytes stored, %d raw",
                            kind, flags, stored, rawLength));
        }
        CRC32C crc = new CRC32C();
        updateWithHeader(crc, header, 0);
        for (ByteBuffer part : payload) {
            crc.update(part.duplicate());
        }
        return header.putInt(CRC_AT, (int) crc.getValue());
    }

    /** All of the header but the checksum itself. */
    private static void updateWithHeader(CRC32C crc, ByteBuffer record, int at) {
        crc.update(record.slice(at, CRC_AT));
        crc.update(record.slice(at + KIND_AT, HEADER - KIND_AT));
    }

    /** True if a whole record is at this place of the buffer, and its checksum is right. */
    static boolean isIntact(ByteBuffer from, int at) {
        if (at < 0 || from.limit() - at < HEADER) {
            return false;
        }
        int length = recordLength(from, at);
        if (length < 0 || from.limit() - at < length) {
            return false;
        }
        CRC32C crc = new CRC32C();
        updateWithHeader(crc, from, at);
        crc.update(from.slice(at + HEADER, length - HEADER));
        return (int) crc.getValue() == from.getInt(at + CRC_AT);
    }

    /**
     * Decodes the record that fills the buffer, position to limit. The payload shares its bytes.
     *
     * @throws PfsException CORRUPT if it is not exactly one intact record
     */
    public static PackRecord decode(ByteBuffer record) {
        ByteBuffer whole = record.slice();
        if (!isIntact(whole, 0) || recordLength(whole, 0) != whole.limit()) {
            throw new PfsException(
                    ErrorCode.CORRUPT, "the record of " + whole.limit() + " bytes is damaged");
        }
        return view(whole, 0);
    }

    /** The record at a place where {@link #isIntact} is true. */
    static PackRecord view(ByteBuffer from, int at) {
        byte[] id = new byte[IndexEntry.ID_BYTES];
        from.get(at + ID_AT, id);
        int stored = from.getInt(at);
        return new PackRecord(
                from.get(at + KIND_AT),
                from.get(at + FLAGS_AT),
                from.getInt(at + RAW_AT),
                id,
                from.slice(at + HEADER, stored));
    }
}
