package pfs.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndex;
import pfs.pack.Place;

/**
 * Where objects lie: the newest in memory, the others by the index, which is told of a place only
 * when it is durable. Thread-safe.
 */
final class Places {
    private final PackIndex index;
    private final OpenPacks open;

    /** Objects that the index does not know yet. */
    private final ConcurrentHashMap<ObjectId, Place> recent = new ConcurrentHashMap<>();

    private final ReentrantLock indexing = new ReentrantLock();

    @GuardedBy("indexing")
    private long indexed;

    Places(PackIndex index, OpenPacks open) {
        this.index = index;
        this.open = open;
    }

    /** Where an object is; null if it is not there. */
    @Nullable Place find(ObjectId id) {
        Place known = recent.get(id);
        if (known != null) {
            return known;
        }
        // The index is told before the newest are forgotten: what was there when this began is
        // found.
        return index.find(id.toBytes()).orElse(null);
    }

    /** False if an object is surely not there; never waits for the disk. */
    boolean mayKnow(ObjectId id) {
        return recent.containsKey(id) || index.mayKnow(id.toBytes());
    }

    /** An object lies here now; not durable yet. */
    void add(ObjectId id, Place place) {
        recent.put(id, place);
        open.add(id, place);
    }

    /** Appends an object's record to the log: it lies there from then on. */
    void append(PackLog log, int kind, ObjectId id, ByteBuffer header, ByteBuffer payload) {
        int length = header.remaining() + payload.remaining();
        log.append(
                header,
                payload,
                position -> {
                    long pack = PackNumber.number(position);
                    int offset = (int) PackNumber.offset(position);
                    add(id, new Place(kind, pack, offset, length));
                });
    }

    /** How many the index does not know. */
    int pending() {
        return recent.size();
    }

    /** Tells the index of all that is durable up to a position, unless somebody is doing it. */
    void index(long synced) {
        if (indexing.tryLock()) {
            try {
                indexUpTo(synced);
            } finally {
                indexing.unlock();
            }
        }
    }

    /** As {@link #index}, and waits: on return the index knows it. */
    void indexNow(long synced) {
        indexing.lock();
        try {
            indexUpTo(synced);
        } finally {
            indexing.unlock();
        }
    }

    /** The log told us of each before it synced it. */
    @GuardedBy("indexing")
    private void indexUpTo(long synced) {
        if (synced <= indexed) {
            return;
        }
        List<IndexEntry> entries = new ArrayList<>(recent.size());
        Map<ObjectId, Place> told = new HashMap<>();
        recent.forEach(
                (id, place) -> {
                    if (PackNumber.position(place.pack(), place.offset()) < synced) {
                        entries.add(new IndexEntry(id.toBytes(), place));
                        told.put(id, place);
                    }
                });
        index.put(entries, coveredUpTo(synced));
        indexed = synced;
        // Whatever was stored again meanwhile lies elsewhere, and the index does not know where.
        told.forEach(recent::remove);
    }

    private static PackIndex.Position coveredUpTo(long synced) {
        return new PackIndex.Position(PackNumber.number(synced), PackNumber.offset(synced));
    }
}
