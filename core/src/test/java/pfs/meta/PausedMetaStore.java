package pfs.meta;

import java.util.List;
import java.util.Optional;

/** A store that waits before it answers who asks for a lease. */
final class PausedMetaStore implements MetaStore {
    private final MetaStore store;
    private final Pause pause;

    /** What to wait for. */
    interface Pause {
        void await() throws InterruptedException;
    }

    PausedMetaStore(MetaStore store, Pause pause) {
        this.store = store;
        this.pause = pause;
    }

    @Override
    public Optional<Versioned> get(Key key) {
        return store.get(key);
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        return store.scan(prefix, after, limit);
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        return store.floor(prefix, atMost);
    }

    @Override
    public boolean commit(Batch batch) {
        return store.commit(batch);
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        try {
            pause.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return store.lease(name, holder, millis);
    }

    @Override
    public Optional<Lease> holder(Key name) {
        return store.holder(name);
    }

    @Override
    public void release(Lease lease) {
        store.release(lease);
    }

    @Override
    public void close() {
        store.close();
    }
}
