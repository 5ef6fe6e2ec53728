package pfs.repo;

import java.util.List;
import java.util.Optional;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/** A metadata store that a killed process cannot reach any more. */
final class FencedMetaStore implements MetaStore {
    private final MetaStore store;
    private volatile boolean fenced;

    FencedMetaStore(MetaStore store) {
        this.store = store;
    }

    void fence() {
        fenced = true;
    }

    private MetaStore store() {
        if (fenced) {
            throw new PfsException(ErrorCode.STOPPED, "this process was killed");
        }
        return store;
    }

    @Override
    public Optional<Versioned> get(Key key) {
        return store().get(key);
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        return store().scan(prefix, after, limit);
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        return store().floor(prefix, atMost);
    }

    @Override
    public boolean commit(Batch batch) {
        return store().commit(batch);
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        return store().lease(name, holder, millis);
    }

    @Override
    public Optional<Lease> holder(Key name) {
        return store().holder(name);
    }

    @Override
    public void release(Lease lease) {
        store().release(lease);
    }

    @Override
    public void close() {
        fence();
    }
}
