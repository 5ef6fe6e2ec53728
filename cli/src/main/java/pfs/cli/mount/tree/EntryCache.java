package pfs.cli.mount.tree;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import pfs.api.ListedEntry;

/** What was at paths, as it was last heard, for a while. Thread-safe. */
final class EntryCache {
    /** Entries that are kept at most: some 10 MiB. */
    private static final int MOST = 32_768;

    private final long lifeNanos;
    private final LongSupplier clock;
    private final Map<String, Heard> entries =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Heard> eldest) {
                    return size() > MOST;
                }
            };

    private record Heard(ListedEntry entry, long nanos) {}

    /**
     * @param lifeNanos how long an entry is believed; Long.MAX_VALUE for ever
     * @param clock nanoseconds, as System::nanoTime
     */
    EntryCache(long lifeNanos, LongSupplier clock) {
        this.lifeNanos = lifeNanos;
        this.clock = clock;
    }

    synchronized void put(String path, ListedEntry entry) {
        entries.remove(path);
        entries.put(path, new Heard(entry, clock.getAsLong()));
    }

    synchronized void forget(String path) {
        entries.remove(path);
    }

    synchronized Optional<ListedEntry> get(String path) {
        Heard heard = entries.get(path);
        if (heard == null || clock.getAsLong() - heard.nanos > lifeNanos) {
            return Optional.empty();
        }
        return Optional.of(heard.entry);
    }
}
