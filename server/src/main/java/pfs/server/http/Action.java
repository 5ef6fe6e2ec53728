package pfs.server.http;

import java.io.IOException;

/** What a route does: it answers one exchange, on a thread that may block. */
public interface Action {
    /**
     * Answers through the exchange. A {@link pfs.error.PfsException} or a {@link Refusal} becomes a
     * problem document; any other exception is a fault of the server's.
     */
    void run(Exchange exchange) throws IOException;
}
