package pfs.journal;

import java.nio.ByteBuffer;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.PackRecord;
import pfs.pack.RecordFormat;

/** Opens the record of an object as another store sends it. Thread-safe. */
public final class SentRecord {
    private SentRecord() {}

    /** The id that it says it has. CORRUPT if it is no intact record. */
    public static ObjectId id(ByteBuffer record) {
        return ObjectId.decode(RecordFormat.decode(record.slice()).id(), 0);
    }

    /**
     * The object's bytes.
     *
     * @throws PfsException CORRUPT if it is no intact record, or its bytes have another id
     */
    public static byte[] bytes(ByteBuffer record) {
        PackRecord decoded = RecordFormat.decode(record.slice());
        ObjectId id = ObjectId.decode(decoded.id(), 0);
        try (Compressor compressor = new Compressor()) {
            byte[] raw = compressor.raw(decoded);
            if (!ObjectId.of(raw).equals(id)) {
                throw new IllegalArgumentException("its bytes have another id");
            }
            return raw;
        } catch (IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the record of " + id + " that was sent is refused: " + e.getMessage(),
                    id.toString(),
                    e);
        }
    }
}
