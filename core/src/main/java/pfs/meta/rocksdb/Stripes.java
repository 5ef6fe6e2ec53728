package pfs.meta.rocksdb;

import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import pfs.meta.Key;

/**
 * Locks for keys, by their hashes; several are taken in one order, so that nobody waits for ever.
 */
final class Stripes {
    private final ReentrantLock[] locks;

    Stripes(int count) {
        locks = new ReentrantLock[count];
        for (int i = 0; i < count; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** Held locks. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Held hold(Collection<Key> keys) {
        int[] wanted =
                keys.stream()
                        .mapToInt(key -> Math.floorMod(key.hashCode() * 0x9E3779B1, locks.length))
                        .distinct()
                        .sorted()
                        .toArray();
        for (int stripe : wanted) {
            locks[stripe].lock();
        }
        return () -> IntStream.of(wanted).forEach(stripe -> locks[stripe].unlock());
    }
}
