package pfs.meta.leader;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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

    /** How many changes of a key are under way. */
    @GuardedBy("known")
    private final Map<Key, Integer> changing = new HashMap<>();

    @GuardedBy("known")
    private final Set<Reading> readings = new HashSet<>();

    /** A read of the store that is under way; what it finds may be old if its key is changed. */
    private static final class Reading {
        private final Key key;
        private boolean spoiled;

        Reading(Key key, boolean spoiled) {
            this.key = key;
            this.spoiled = spoiled;
        }
    }

    /**
     * @param store stays the caller's to close
     */
    public CachedMetaStore(MetaStore store) {
        super(store);
    }

    @Override
    public Optional<Versioned> get(Key key) {
        Reading reading;
        synchronized (known) {
            Optional<Versioned> value = known.get(key);
            if (value != null) {
                return value;
            }
            reading = new Reading(key, changing.containsKey(key));
            readings.add(reading);
        }
        @Nullable Optional<Versioned> read = null;
        try {
            read = store().get(key);
            return read;
        } finally {
            end(reading, read);
        }
    }

    private void end(Reading reading, @Nullable Optional<Versioned> read) {
        synchronized (known) {
            readings.remove(reading);
            if (read != null && !reading.spoiled && isSmall(reading.key, read)) {
                known.put(reading.key, read);
            }
        }
    }

    private static boolean isSmall(Key key, Optional<Versioned> value) {
        return key.array().length + value.map(v -> v.value().length()).orElse(0) <= LARGEST;
    }

    @Override
    public boolean commit(Batch batch) {
        List<Key> keys = batch.changes().stream().map(Batch.Change::key).toList();
        synchronized (known) {
            keys.forEach(key -> changing.merge(key, 1, Integer::sum));
            spoil(keys);
        }
        try {
            return store().commit(batch);
        } finally {
            synchronized (known) {
                // Also when it failed: then nobody knows what is there.
                keys.forEach(known::remove);
                keys.forEach(key -> changing.computeIfPresent(key, (_, n) -> n > 1 ? n - 1 : null));
                spoil(keys);
            }
        }
    }

    @GuardedBy("known")
    private void spoil(List<Key> keys) {
        readings.forEach(reading -> reading.spoiled |= keys.contains(reading.key));
    }
}
