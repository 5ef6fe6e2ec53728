package pfs.meta.leader;

import java.util.List;
import java.util.Optional;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * A {@link MetaStore} whose every batch requires a lease: so nothing that its holder began changes
 * anything after another has taken over. Thread-safe.
 */
public final class LeasedMetaStore implements MetaStore {
    private final MetaStore store;
    private final Lease lease;

    /**
     * @param store stays the caller's to close
     */
    public LeasedMetaStore(MetaStore store, Lease lease) {
        this.store = store;
        this.lease = lease;
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

    /**
     * @throws PfsException STOPPED when another has the lease
     */
    @Override
    public boolean commit(Batch batch) {
        if (store.commit(batch.require(lease))) {
            return true;
        }
        // Whoever is told that a condition does not hold tries again: that must end here.
        if (!store.holder(lease.name()).equals(Optional.of(lease))) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    "this server does not lead any more: another has taken over");
        }
        return false;
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
    public void release(Lease held) {
        store.release(held);
    }

    @Override
    public void close() {}
}
