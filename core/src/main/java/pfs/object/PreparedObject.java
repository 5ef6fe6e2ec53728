package pfs.object;

/**
 * An object that is hashed and encoded, but not stored: what is left to do costs no more than a
 * copy. Immutable and thread-safe.
 */
public interface PreparedObject {
    ObjectId id();

    /**
     * Stores the object, whether it is there by now or not: as {@link ObjectInserter#insert}.
     *
     * @throws pfs.error.PfsException DISK_FULL, STOPPED
     */
    void store();
}
