package pfs.server.http;

import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Decides who may ask for what; refuses with a {@link Refusal}. Thread-safe. */
public interface Gate {
    /** Checks what can be told of any request, whatever its route. */
    void admit(Request request);

    /**
     * Checks the caller's right.
     *
     * @param repo null for a route of the server itself
     * @return the caller's name
     */
    String authorize(Request request, Right wanted, @Nullable String repo);
}
