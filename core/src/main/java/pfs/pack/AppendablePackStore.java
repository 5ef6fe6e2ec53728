package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A {@link PackStore} on a disk of its own, where a pack can be written bit by bit: the journal.
 */
public interface AppendablePackStore extends PackStore {
    /**
     * Opens a blob for appending, a new one or one that exists. Only one appender of a name may be
     * open. What is appended can be read at once, and is durable after {@link Appender#sync}; the
     * new name itself is durable when this returns.
     */
    Appender append(String name) throws IOException;

    /** Appends to one blob. Not thread-safe, but {@link #sync} may run beside the other methods. */
    interface Appender extends AutoCloseable {
        /** Bytes so far. */
        long size();

        /**
         * Writes all the parts at the end, or throws and leaves the blob as long as it was.
         *
         * @throws pfs.error.PfsException DISK_FULL
         */
        void append(ByteBuffer... parts) throws IOException;

        /** Returns when all that was appended before the call is on stable storage. */
        void sync() throws IOException;

        /** Cuts the blob off, as recovery does with a torn tail. */
        void truncate(long size) throws IOException;

        @Override
        void close() throws IOException;
    }
}
