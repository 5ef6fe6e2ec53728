package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A place for immutable blobs by name. It knows nothing of objects. Names are {@code
 * [a-z0-9][a-z0-9./-]*}, at most 200 characters. Thread-safe.
 *
 * <p>A blob is there whole or not at all, whatever crashes. What {@link #put} has answered survives
 * a loss of power. An IOException from put, or a PfsException with ENGINE_UNAVAILABLE, leaves its
 * fate open: ask {@link #size}.
 */
public interface PackStore extends AutoCloseable {
    /**
     * Stores a blob, durable on return.
     *
     * @return false, and nothing is changed, if the name is taken
     */
    boolean put(String name, ByteBuffer... parts) throws IOException;

    /**
     * Fills {@code into} from {@code offset} on.
     *
     * @return bytes read: {@code into.remaining()} as it was, or fewer at the blob's end; -1 if the
     *     offset is at or past it
     * @throws java.nio.file.NoSuchFileException if there is no such blob
     */
    int read(String name, long offset, ByteBuffer into) throws IOException;

    /** Bytes of the blob; -1 if there is none. */
    long size(String name) throws IOException;

    /**
     * The next names that begin with {@code prefix} and come after {@code after}, in byte order.
     */
    List<String> list(String prefix, String after, int limit) throws IOException;

    /** Deletes the blob; false if there is none. Durable on return. */
    boolean delete(String name) throws IOException;

    @Override
    void close() throws IOException;
}
