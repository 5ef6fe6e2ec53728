package pfs.object;

import org.jspecify.annotations.Nullable;

/**
 * Writes objects. Thread-safe. The rule of every writer: insert, {@link #flush}, then update the
 * ref or answer the client. An inserted object can be read at once, by this process; it survives a
 * crash only after a flush that began after the insert returned.
 */
public interface ObjectInserter {
    /**
     * Stores an object unless it is there already, and answers its id, the SHA-256 of the bytes.
     * The bytes are copied or written before this returns.
     *
     * @throws pfs.error.PfsException DISK_FULL, STOPPED
     */
    ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length);

    /** As {@link #insert}, for a caller who has hashed the bytes already. */
    void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length);

    /**
     * Makes an object ready to be stored by another thread, without ever waiting for a disk or a
     * lock. The object may keep the bytes: they must not change any more.
     *
     * @return null if the object may be there already, or if only {@link #insert} can tell
     */
    default @Nullable PreparedObject prepare(
            ObjectKind kind, byte[] bytes, int offset, int length) {
        return null;
    }

    /**
     * Returns when all that was inserted before is on stable storage; concurrent calls share one
     * sync.
     */
    void flush();
}
