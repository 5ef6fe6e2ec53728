package pfs.server.start;

/**
 * What is open over a store's repos beside the server's own routes, as jobs; closed before them.
 */
public interface Opened extends AutoCloseable {
    Additions additions();

    @Override
    void close();
}
