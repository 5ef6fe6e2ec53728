package pfs.meta;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A {@link MetaStore} in memory, for tests. */
public final class MemoryMetaStore implements MetaStore {
    private final NavigableMap<Key, Versioned> pairs = new TreeMap<>();
    private final Map<Key, Held> leases = new HashMap<>();
    private final InstantSource clock;
    private long lastVersion;

    /** A lease that somebody has or had. */
    private record Held(Lease lease, long until) {}

    /** An empty store; the clock says when leases run out. */
    public MemoryMetaStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Optional<Versioned> get(Key key) {
        return Optional.ofNullable(pairs.get(key));
    }

    @Override
    public synchronized List<Pair> scan(Key prefix, Key after, int limit) {
        List<Pair> found = new ArrayList<>();
        boolean fromPrefix = prefix.compareTo(after) > 0;
        for (Map.Entry<Key, Versioned> pair :
                pairs.tailMap(fromPrefix ? prefix : after, fromPrefix).entrySet()) {
            if (found.size() >= limit || !pair.getKey().startsWith(prefix)) {
                break;
            }
            found.add(new Pair(pair.getKey(), pair.getValue()));
        }
        return found;
    }

    @Override
    public synchronized Optional<Pair> floor(Key prefix, Key atMost) {
        if (atMost.compareTo(prefix) < 0) {
            return Optional.empty();
        }
        return pairs.subMap(prefix, true, atMost, true).descendingMap().entrySet().stream()
                .filter(pair -> pair.getKey().startsWith(prefix))
                .findFirst()
                .map(pair -> new Pair(pair.getKey(), pair.getValue()));
    }

    @Override
    public synchronized boolean commit(Batch batch) {
        for (Batch.Condition condition : MetaLimits.verify(batch).conditions()) {
            Versioned now = pairs.get(condition.key());
            if ((now == null ? Batch.ABSENT : now.version()) != condition.version()) {
                return false;
            }
        }
        for (Lease lease : batch.leases()) {
            if (!holder(lease.name()).equals(Optional.of(lease))) {
                return false;
            }
        }
        lastVersion++;
        for (Batch.Change change : batch.changes()) {
            switch (change) {
                case Batch.Change.Put(Key key, Bytes value) ->
                        pairs.put(key, new Versioned(value, lastVersion));
                case Batch.Change.Delete(Key key) -> pairs.remove(key);
            }
        }
        return true;
    }

    @Override
    public synchronized Optional<Lease> lease(Key name, String holder, long millis) {
        MetaLimits.verify(name);
        long now = clock.millis();
        Held held = leases.get(name);
        boolean current = held != null && now < held.until();
        if (held != null && current && !held.lease().holder().equals(holder)) {
            return Optional.empty();
        }
        long token = held == null ? 1 : current ? held.lease().token() : held.lease().token() + 1;
        Lease lease = new Lease(name, holder, token);
        leases.put(name, new Held(lease, now + millis));
        return Optional.of(lease);
    }

    @Override
    public synchronized Optional<Lease> holder(Key name) {
        Held held = leases.get(name);
        return held != null && clock.millis() < held.until()
                ? Optional.of(held.lease())
                : Optional.empty();
    }

    @Override
    public synchronized void release(Lease lease) {
        Held held = leases.get(lease.name());
        if (held != null && held.lease().equals(lease)) {
            leases.put(lease.name(), new Held(lease, Long.MIN_VALUE));
        }
    }

    @Override
    public void close() {}
}
