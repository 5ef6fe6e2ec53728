package pfs.jobs.worker;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A way to a worker: opens connections to its port. Thread-safe. */
@FunctionalInterface
public interface Dialer {
    /**
     * A connected channel in blocking mode, with TCP_NODELAY set.
     *
     * @throws IOException nobody listens there, or not within the time
     */
    SocketChannel dial(Duration timeout) throws IOException;

    /**
     * True if another server is at the other end, which reads the store itself: what is written
     * there are frames, see {@link FrameWriter}.
     */
    default boolean refers() {
        return false;
    }
}
