package pfs.server.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is had without waiting for a disk, a lock or a client: it is given on the very
 * thread that read the request, where a wait would hold up all other clients. Thread-safe.
 */
@FunctionalInterface
public interface Shortcut {
    /**
     * Sets the status and the headers, and gives the whole body; null, with nothing set, sends the
     * request the long way. What it throws does so too.
     */
    @Nullable ByteBuffer answer(Exchange exchange);
}
