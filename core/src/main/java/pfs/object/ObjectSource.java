package pfs.object;

import java.util.Optional;

/**
 * Another place where objects may be had by their ids: a second copy, a replica, a peer. What it
 * gives is checked against the id by whoever asks, so it need not be trusted. Thread-safe.
 */
public interface ObjectSource extends AutoCloseable {
    /** Has nothing. */
    ObjectSource NONE =
            new ObjectSource() {
                @Override
                public Optional<byte[]> fetch(ObjectId id) {
                    return Optional.empty();
                }

                @Override
                public void close() {}
            };

    /** The bytes of an object; empty if it is not there, or cannot be read. */
    Optional<byte[]> fetch(ObjectId id);

    @Override
    void close();
}
