package pfs.tree;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Decoded nodes by id, of a bounded number of bytes. A hit takes no lock; a node that was used
 * since the hand last came by gets a second chance (the CLOCK algorithm, Corbató 1968).
 * Thread-safe.
 */
final class NodeCache {
    private static final class Slot {
        final ObjectId id;
        final TreeNode node;

        /** A race on it loses a chance, nothing more. */
        boolean used;

        Slot(ObjectId id, TreeNode node) {
            this.id = id;
            this.node = node;
        }
    }

    private final ConcurrentHashMap<ObjectId, Slot> slots = new ConcurrentHashMap<>();
    private final ArrayDeque<Slot> ring = new ArrayDeque<>();
    private final long capacity;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param capacity bytes
     */
    NodeCache(long capacity) {
        this.capacity = capacity;
    }

    @Nullable TreeNode get(ObjectId id) {
        Slot slot = slots.get(id);
        if (slot == null) {
            return null;
        }
        if (!slot.used) {
            slot.used = true;
        }
        return slot.node;
    }

    void put(ObjectId id, TreeNode node) {
        Slot slot = new Slot(id, node);
        if (slots.putIfAbsent(id, slot) != null) {
            return;
        }
        synchronized (ring) {
            ring.addLast(slot);
            held.addAndGet(node.footprint());
            while (held.get() > capacity && ring.size() > 1) {
                Slot oldest = ring.removeFirst();
                if (oldest.used) {
                    oldest.used = false;
                    ring.addLast(oldest);
                } else {
                    slots.remove(oldest.id);
                    held.addAndGet(-oldest.node.footprint());
                }
            }
        }
    }

    /** Bytes held, about. */
    long held() {
        return held.get();
    }
}
