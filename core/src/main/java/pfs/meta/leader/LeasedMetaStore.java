package pfs.meta.leader;

import java.util.Optional;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.ForwardingMetaStore;
import pfs.meta.MetaStore;

/**
 * A {@link MetaStore} whose every batch requires a lease: so nothing that its holder began changes
 * anything after another has taken over. Thread-safe.
 */
public final class LeasedMetaStore extends ForwardingMetaStore {
    private final Lease lease;

    /**
     * @param store stays the caller's to close
     */
    public LeasedMetaStore(MetaStore store, Lease lease) {
        super(store);
        this.lease = lease;
    }

    /**
     * @throws PfsException STOPPED when another has the lease
     */
    @Override
    public boolean commit(Batch batch) {
        if (store().commit(batch.require(lease))) {
            return true;
        }
        // Whoever is told that a condition does not hold tries again: that must end here.
        if (!store().holder(lease.name()).equals(Optional.of(lease))) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    "this server does not lead any more: another has taken over");
        }
        return false;
    }
}
