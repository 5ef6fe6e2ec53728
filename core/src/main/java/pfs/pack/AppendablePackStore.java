package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A {@link PackStore} where a pack can be written bit by bit: the journal. On a disk of its own
 * what a process left is gone on with; in a store that others reach too it is {@link #seal sealed}
 * first, so that whoever was appending cannot any more.
 */
public interface AppendablePackStore extends PackStore {
    /**
     * Opens a blob for appending, a new one or one that exists. Only one appender of a name may be
     * open. What is appended can be read at once, and is durable after {@link Appender#sync}; the
     * new name itself is durable when this returns. Until the appender is {@link Appender#finish
     * finished} or closed, zeros may lie behind what was appended, and after a crash they stay.
     */
    Appender append(String name) throws IOException;

    /**
     * True if nobody else can be appending to what is there, so that a blob may be gone on with.
     * Where it is false, one that another process began is {@link #seal sealed} and {@link #finish
     * finished}, and the log goes on in a new one.
     */
    default boolean exclusive() {
        return true;
    }

    /**
     * Where others who read the store that is below this one find some bytes of a blob, which are
     * durable; empty if they do not, or not in one piece.
     */
    default Optional<Part> locate(String name, long offset, int length) throws IOException {
        return Optional.empty();
    }

    /**
     * Bytes of a blob of the store below.
     *
     * @param offset where they begin in it
     */
    record Part(String blob, long offset) {}

    /**
     * Ends the appending to a blob by whomever: what was synced before is there, and no later sync
     * succeeds. May be called again.
     *
     * @return bytes of the blob now, the end of which may be torn
     */
    default long seal(String name) throws IOException {
        return size(name);
    }

    /** Says how many bytes of a sealed blob are whole: what is behind them is never seen again. */
    default void finish(String name, long bytes) throws IOException {
        try (Appender appender = append(name)) {
            appender.truncate(bytes);
            appender.sync();
        }
    }

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

        /** True if the blob had better be ended and another begun, however short it is. */
        default boolean full() {
            return false;
        }

        /** Returns when all that was appended before the call is on stable storage. */
        void sync() throws IOException;

        /**
         * Says that nothing more is appended: after the next {@link #sync} the blob is as long for
         * ever as what was appended.
         */
        default void finish() throws IOException {}

        /** Cuts the blob off, as recovery does with a torn tail. */
        void truncate(long size) throws IOException;

        @Override
        void close() throws IOException;
    }
}
