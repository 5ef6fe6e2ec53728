package pfs.server.start;

import java.io.IOException;

/** A server that runs. */
public interface Running extends AutoCloseable {
    /** What to type to reach it. */
    String url();

    /** Finishes what is in flight, and closes all that it has open. */
    @Override
    void close() throws IOException;
}
