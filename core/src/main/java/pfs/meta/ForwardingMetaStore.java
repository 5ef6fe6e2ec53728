package pfs.meta;

import java.util.List;
import java.util.Optional;

/**
 * A {@link MetaStore} that passes every call on to another, which stays its maker's to close. Those
 * that do something of their own with some calls begin with it, so that none of them forgets one.
 */
public abstract class ForwardingMetaStore implements MetaStore {
    private final MetaStore store;

    /**
     * @param store stays the caller's to close
     */
    protected ForwardingMetaStore(MetaStore store) {
        this.store = store;
    }

    /** The one that calls are passed on to. */
    protected final MetaStore store() {
        return store;
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
    public Optional<String> damage() {
        return store.damage();
    }

    @Override
    public void close() {}
}
