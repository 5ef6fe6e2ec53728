package pfs.server.http;

import java.io.IOException;

/** Decides whether a request that may change something is for this server. Thread-safe. */
public interface Writes {
    /** Everything is. */
    Writes HERE = (_, _) -> false;

    /**
     * Looks at a request whose caller has the right to its route.
     *
     * @return true if it has been answered; false if the route is to run
     */
    boolean taken(Exchange exchange, Route route) throws IOException;

    /**
     * True if {@link #taken} would only answer false, as can be told without waiting; false says
     * nothing.
     */
    default boolean surelyHere(Exchange exchange) {
        return false;
    }
}
