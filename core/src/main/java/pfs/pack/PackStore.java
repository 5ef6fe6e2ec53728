package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
     * The next names that begin with {@code prefix} and come after {@code after}, in byte order;
     * fewer than {@code limit} only if there are no more.
     */
    List<String> list(String prefix, String after, int limit) throws IOException;

    /**
     * A blob as a listing shows it.
     *
     * @param bytes its size
     */
    record Listed(String name, long bytes) {}

    /** As {@link #list}, with sizes. */
    default List<Listed> listSizes(String prefix, String after, int limit) throws IOException {
        List<Listed> listed = new ArrayList<>();
        String last = after;
        while (listed.size() < limit) {
            List<String> names = list(prefix, last, limit - listed.size());
            if (names.isEmpty()) {
                break;
            }
            for (String name : names) {
                long bytes = size(name);
                if (bytes >= 0) {
                    listed.add(new Listed(name, bytes));
                }
            }
            last = names.getLast();
        }
        return listed;
    }

    /**
     * The next that come after {@code after} of all names, each cut off behind its first slash, in
     * byte order: so those that share a beginning up to a slash are one, however many they are.
     */
    default List<String> listTop(String after, int limit) throws IOException {
        List<String> tops = new ArrayList<>();
        String last = after;
        while (tops.size() < limit) {
            List<String> names = list("", PackNames.behind(last), limit);
            if (names.isEmpty()) {
                break;
            }
            for (String name : names) {
                String top = PackNames.top(name);
                if (!top.equals(last) && tops.size() < limit) {
                    tops.add(top);
                    last = top;
                }
            }
        }
        return tops;
    }

    /** Deletes the blob; false if there is none. Durable on return. */
    boolean delete(String name) throws IOException;

    @Override
    void close() throws IOException;
}
