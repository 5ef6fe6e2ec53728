package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.StoredPart;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackRecord;
import pfs.pack.PackStore;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * Reads objects of a store whose journal another server has open, where that one says they lie.
 * Thread-safe.
 */
public final class PlacedRecords implements AutoCloseable {
    private final PackStore store;
    private final Compressor compressor = new Compressor();

    /**
     * @param store stays the caller's to close
     */
    public PlacedRecords(PackStore store) {
        this.store = store;
    }

    /** Where others find what lies at a place of these packs. */
    static Optional<StoredPart> locate(AppendablePackStore packs, Place place) {
        try {
            return packs.locate(PackNumber.pack(place.pack()), place.offset(), place.length())
                    .map(part -> new StoredPart(part.blob(), part.offset(), place.length()));
        } catch (IOException e) {
            // It is read here then, and whoever reads it says what is wrong.
            return Optional.empty();
        }
    }

    /**
     * The bytes of an object, uncompressed and checked (id and CRC32C of its record).
     *
     * @throws PfsException CORRUPT if another record, or none, is there
     * @throws IOException the store cannot be read, or the blob is gone
     */
    public byte[] read(ObjectId id, StoredPart part) throws IOException {
        if (part.length() < RecordFormat.HEADER || part.length() > RecordFormat.MAX_RECORD) {
            throw wrong(id, part, part.length() + " bytes are no record");
        }
        ByteBuffer bytes = ByteBuffer.allocate(part.length());
        while (bytes.hasRemaining()) {
            if (store.read(part.blob(), part.offset() + bytes.position(), bytes) <= 0) {
                throw wrong(id, part, "the blob ends too early");
            }
        }
        try {
            PackRecord record = RecordFormat.decode(bytes.flip());
            Journal.verify(id, record);
            return compressor.raw(record);
        } catch (PfsException | IllegalArgumentException e) {
            throw wrong(id, part, String.valueOf(e.getMessage()));
        }
    }

    private static PfsException wrong(ObjectId id, StoredPart part, String why) {
        return new PfsException(
                ErrorCode.CORRUPT,
                "object " + id + " is not at " + part.offset() + " of " + part.blob() + ": " + why,
                id.toString());
    }

    @Override
    public void close() {
        compressor.close();
    }
}
