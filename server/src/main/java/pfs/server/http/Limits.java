package pfs.server.http;

/**
 * What one server takes on at a time; each has a flag.
 *
 * @param connections open at once
 * @param requests answered at once; more are a 503
 * @param uploads large bodies received at once; more wait a while, then are a 503
 * @param bodyBytes of one body; more is a 413
 * @param idleMillis without a byte, after which a connection is closed
 * @param rate least bytes a second of a body in either direction, after a grace of seconds; 0 for
 *     any
 */
public record Limits(
        int connections, int requests, int uploads, long bodyBytes, long idleMillis, long rate) {
    public static final Limits USUAL = new Limits(10_000, 10_000, 64, Long.MAX_VALUE, 30_000, 256);
}
