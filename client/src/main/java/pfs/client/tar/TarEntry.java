package pfs.client.tar;

/**
 * What stands before a file's bytes.
 *
 * @param path without a slash at either end
 * @param size bytes; 0 for a directory
 * @param modified nanoseconds since 1970-01-01T00:00Z
 */
public record TarEntry(
        String path, boolean directory, long size, long modified, boolean executable) {
    /** Bytes of a block: headers are one, bodies are filled up to a whole number of them. */
    public static final int BLOCK = 512;

    static final long SECOND = 1_000_000_000L;

    /** Bytes that fill up a body of this size. */
    static int padding(long size) {
        return (int) (-size & (BLOCK - 1));
    }
}
