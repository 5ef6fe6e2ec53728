package pfs.object;

import java.util.Optional;

/** Reads objects by id. Thread-safe; an object never changes, so what was read may be kept. */
public interface ObjectReader {
    /**
     * The object's bytes, uncompressed and checked (CRC32C of its record).
     *
     * @return a fresh array that belongs to the caller
     * @throws pfs.error.PfsException CORRUPT when the object is missing, damaged or of another kind
     */
    byte[] read(ObjectId id, ObjectKind kind);

    /** As {@link #read}, in memory that goes back: for large objects that are passed on at once. */
    default ObjectBytes lend(ObjectId id, ObjectKind kind) {
        return ObjectBytes.of(read(id, kind));
    }

    /** Where other servers find the object; empty if they do not, or it is not known. */
    default Optional<StoredPart> locate(ObjectId id) {
        return Optional.empty();
    }

    /** True if the object is there. It may not be durable yet: see {@link ObjectInserter#flush}. */
    boolean contains(ObjectId id);
}
