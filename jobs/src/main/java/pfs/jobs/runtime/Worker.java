package pfs.jobs.runtime;

import java.time.Duration;
import java.util.Optional;
import pfs.jobs.worker.Dialer;

/** One running container or program. Thread-safe. */
public interface Worker extends AutoCloseable {
    /** Short, unique on this server. */
    String name();

    Dialer dialer();

    /** The server that runs it; "" for this one where there is no other. */
    default String server() {
        return "";
    }

    /** How it ended; empty while it runs. */
    Optional<Exit> exit();

    /**
     * Whether the kernel killed one of its processes for want of memory since this was asked last,
     * though it may run on; false where nobody can tell.
     */
    default boolean lostProcessForMemory() {
        return false;
    }

    /** How long its engine may take to notice that it ended. */
    default Duration exitDelay() {
        return Duration.ofMillis(250);
    }

    /** The last lines of its output, for messages. */
    String lastWords();

    /** Kills it if it runs, and leaves nothing of it behind. Does nothing the second time. */
    @Override
    void close();

    /** The end of a worker. */
    record Exit(int code, boolean outOfMemory) {
        public String text() {
            if (outOfMemory) {
                return "was killed because it ran out of memory (limits.memory)";
            }
            return code > 128 ? "was killed by signal " + (code - 128) : "exited with code " + code;
        }
    }
}
