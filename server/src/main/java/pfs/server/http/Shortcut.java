package pfs.server.http;

/**
 * Answers without waiting for a disk, a lock or a client, or leaves the answer for later: it runs
 * on the very thread that read the request, where a wait would hold up all other clients.
 * Thread-safe.
 */
@FunctionalInterface
public interface Shortcut {
    /**
     * Ends with {@link Exchange#answerNow} or {@link Exchange#answerLater}, and answers true; or
     * false, with nothing done, which sends the request the long way. What it throws does so too.
     */
    boolean takes(Exchange exchange);
}
