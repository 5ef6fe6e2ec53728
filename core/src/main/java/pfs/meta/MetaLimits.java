package pfs.meta;

import pfs.error.ErrorCode;
import pfs.error.PfsException;

/** The limits of every {@link MetaStore}, checked before anything is changed. */
public final class MetaLimits {
    /** Bytes of a key. */
    public static final int MAX_KEY = 4096;

    /** Bytes of a value. */
    public static final int MAX_VALUE = 1 << 20;

    /**
     * Changes that a batch should not exceed, whichever engine keeps it: etcd takes 128 operations
     * in one transaction, conditions among them.
     */
    public static final int USUAL_BATCH = 100;

    private MetaLimits() {}

    /** The key, if it has 1 to 4,096 bytes. */
    public static Key verify(Key key) {
        int length = key.array().length;
        if (length == 0) {
            throw new IllegalArgumentException("the key is empty");
        }
        if (length > MAX_KEY) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT, "the key is " + length + " bytes, limit " + MAX_KEY);
        }
        return key;
    }

    /** The batch, if all its keys and values are within the limits. */
    public static Batch verify(Batch batch) {
        for (Batch.Condition condition : batch.conditions()) {
            verify(condition.key());
        }
        for (MetaStore.Lease lease : batch.leases()) {
            verify(lease.name());
        }
        for (Batch.Change change : batch.changes()) {
            verify(change.key());
            if (change instanceof Batch.Change.Put(_, Bytes value) && value.length() > MAX_VALUE) {
                throw new PfsException(
                        ErrorCode.OVER_LIMIT,
                        "the value is " + value.length() + " bytes, limit " + MAX_VALUE);
            }
        }
        return batch;
    }
}
