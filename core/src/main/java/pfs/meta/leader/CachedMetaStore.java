package pfs.meta.leader;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pfs.meta.Batch;
import pfs.meta.ForwardingMetaStore;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * A {@link MetaStore} that remembers the small values that it has read, for the one process that
 * changes them: so what was read once is read without the engine, also while that does not answer.
 * That nobody else changes these keys is the caller's to see to ({@link LeasedMetaStore}); scans,
 * and the keys of leases, are always asked for. Thread-safe.
 */
public final class CachedMetaStore extends ForwardingMetaStore {
    /** Keys that are remembered; a key and its value have 1 KiB at most. */
    private static final int MOST = 65_536;

    private static final int LARGEST = 1024;

    @GuardedBy("known")
    private final LinkedHashMap<Key, Optional<Versioned>> known =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, Optional<Versioned>> eldest) {
                    return size() > MOST;
                }
            };

    /** Changes that were begun or ended: what was read beside one is not remembered. */
    @GuardedBy("known")
    private long changes;

    @GuardedBy("known")
    private int changing;

    /**
     * @param store stays the caller's to close
     */
    public CachedMetaStore(MetaStore store) {
        super(store);
    }

    @Override
    public Optional<Versioned> get(Key key) {
        long before;
        synchronized (known) {
            Optional<Versioned> value = known.get(key);
            if (value != null) {
                return value;
            }
            before = changes;
        }
        Optional<Versioned> read = store().get(key);
        int bytes = key.array().length + read.map(v -> v.value().length()).orElse(0);
        synchronized (known) {
            if (before == changes && changing == 0 && bytes <= LARGEST) {
                known.put(key, read);
            }
        }
        return read;
    }

    @Override
    public boolean commit(Batch batch) {
        synchronized (known) {
            changing++;
        }
        try {
            return store().commit(batch);
        } finally {
            synchronized (known) {
                changing--;
                changes++;
                // Also when it failed: then nobody knows what is there.
                batch.changes().forEach(change -> known.remove(change.key()));
            }
        }
    }
}
