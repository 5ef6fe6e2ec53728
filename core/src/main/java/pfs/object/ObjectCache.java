package pfs.object;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What was made of objects, by their ids, of a bounded number of bytes. A hit takes no lock; what
 * was used since the hand last came by gets a second chance (the CLOCK algorithm, Corbató 1968).
 * Thread-safe.
 */
public final class ObjectCache<V> {
    private static final class Slot<V> {
        final ObjectId id;
        final V value;
        final int footprint;

        /** A race on it loses a chance, nothing more. */
        boolean used;

        Slot(ObjectId id, V value, int footprint) {
            this.id = id;
            this.value = value;
            this.footprint = footprint;
        }
    }

    private final ConcurrentHashMap<ObjectId, Slot<V>> slots = new ConcurrentHashMap<>();
    private final ArrayDeque<Slot<V>> ring = new ArrayDeque<>();
    private final long capacity;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param capacity bytes
     */
    public ObjectCache(long capacity) {
        this.capacity = capacity;
    }

    public @Nullable V get(ObjectId id) {
        Slot<V> slot = slots.get(id);
        if (slot == null) {
            return null;
        }
        if (!slot.used) {
            slot.used = true;
        }
        return slot.value;
    }

    /**
     * Keeps a value, and drops others for it.
     *
     * @param footprint bytes that the value takes, about
     */
    public void put(ObjectId id, V value, int footprint) {
        Slot<V> slot = new Slot<>(id, value, footprint);
        if (footprint > capacity || slots.putIfAbsent(id, slot) != null) {
            return;
        }
        synchronized (ring) {
            ring.addLast(slot);
            held.addAndGet(footprint);
            while (held.get() > capacity) {
                Slot<V> oldest = ring.removeFirst();
                if (oldest.used) {
                    oldest.used = false;
                    ring.addLast(oldest);
                } else {
                    slots.remove(oldest.id);
                    held.addAndGet(-oldest.footprint);
                }
            }
        }
    }

    /** Bytes that may be held. */
    public long capacity() {
        return capacity;
    }

    /** Bytes held, about. */
    public long held() {
        return held.get();
    }
}
