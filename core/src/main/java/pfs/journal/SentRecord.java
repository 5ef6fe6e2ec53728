package pfs.journal;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.PackRecord;
import pfs.pack.RecordFormat;

/** Opens the records of objects as another store sends them. Thread-safe. */
public final class SentRecord {
    private SentRecord() {}

    /**
     * Each of some whole records, which lie one behind the other, in order.
     *
     * @throws PfsException CORRUPT where no whole record begins; those before it were passed on
     */
    public static void each(ByteBuffer records, Consumer<ByteBuffer> each) {
        int at = records.position();
        while (at < records.limit()) {
            int left = records.limit() - at;
            int header = Math.min(left, RecordFormat.HEADER);
            int length = RecordFormat.lengthOf(records.slice(at, header));
            if (length > left) {
                throw new PfsException(
                        ErrorCode.CORRUPT,
                        "a record that was sent has " + length + " bytes, but " + left + " came");
            }
            each.accept(records.slice(at, length));
            at += length;
        }
    }

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
