package pfs.server.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The requests of masters that are being answered, by epoch, so that those of an older master have
 * ended before a newer one begins. Thread-safe.
 */
final class Arriving {
    private static final long PATIENCE_SECONDS = 5;

    @GuardedBy("this")
    private final NavigableMap<Long, Integer> running = new TreeMap<>();

    synchronized void begin(long epoch) {
        running.merge(epoch, 1, Integer::sum);
    }

    synchronized void end(long epoch) {
        running.computeIfPresent(epoch, (_, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    /**
     * Returns when none of an older epoch is left.
     *
     * @throws PfsException BUSY if that takes long: ask again
     */
    synchronized void awaitOlder(long epoch) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        try {
            while (!running.headMap(epoch).isEmpty()) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw busy();
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
    }

    private static PfsException busy() {
        return new PfsException(
                ErrorCode.BUSY, "requests of the master before are still being answered");
    }
}
