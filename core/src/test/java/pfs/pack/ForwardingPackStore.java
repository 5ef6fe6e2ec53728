package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Asks another store for everything: what a test's own store does not do in another way. */
public class ForwardingPackStore implements PackStore {
    private final PackStore store;

    /**
     * @param store closed with this
     */
    public ForwardingPackStore(PackStore store) {
        this.store = store;
    }

    /** Whom to ask now. */
    protected PackStore store() {
        return store;
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        return store().put(name, parts);
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        return store().read(name, offset, into);
    }

    @Override
    public long size(String name) throws IOException {
        return store().size(name);
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        return store().list(prefix, after, limit);
    }

    @Override
    public List<Listed> listSizes(String prefix, String after, int limit) throws IOException {
        return store().listSizes(prefix, after, limit);
    }

    @Override
    public List<String> listTop(String after, int limit) throws IOException {
        return store().listTop(after, limit);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return store().delete(name);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
