package pfs.repo;

import java.util.List;
import java.util.Optional;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentWriter;

/**
 * DRAFT of the facade; the lead replaces the bodies. All repos of one store. Repo "default" is
 * always there.
 */
public final class Repos implements AutoCloseable {
    private static UnsupportedOperationException draft() {
        return new UnsupportedOperationException("draft");
    }

    public Optional<Repo> find(String name) {
        throw draft();
    }

    /** True if it was made; INVALID_NAME. */
    public boolean create(String name) {
        throw draft();
    }

    /** False if there is none. */
    public boolean delete(String name) {
        throw draft();
    }

    public List<String> list(String after, int limit) {
        throw draft();
    }

    /**
     * A writer for the bytes of one new file; its content is durable with the put that names it.
     */
    public ContentWriter newContent() {
        throw draft();
    }

    public ContentReader contents() {
        throw draft();
    }

    @Override
    public void close() {}
}
