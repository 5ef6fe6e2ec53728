package pfs.chunk;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The limit on the chunks that all reads together hold in memory. Thread-safe; first come, first
 * served.
 */
final class ReadMemory {
    private static final int UNIT = 1024;

    private final Semaphore free;
    private final int units;
    private final Duration patience;

    /**
     * @param bytes at least 32 MiB: no chunk is longer than 16 MiB
     */
    ReadMemory(long bytes, Duration patience) {
        if (bytes < 32L << 20) {
            throw new IllegalArgumentException(
                    "memory for downloads is " + bytes + " bytes, at least 32 MiB are needed");
        }
        this.units = Math.toIntExact(bytes / UNIT);
        this.free = new Semaphore(units, true);
        this.patience = patience;
    }

    /** Waits its turn; throws BUSY when that takes too long, STOPPED when interrupted. */
    void acquire(int bytes) {
        try {
            if (!free.tryAcquire(units(bytes), patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new PfsException(
                        ErrorCode.BUSY,
                        "no memory for downloads within "
                                + patience.toSeconds()
                                + " s: the limit is "
                                + units / UNIT
                                + " MiB");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(
                    ErrorCode.STOPPED, "interrupted while waiting for memory", null, e);
        }
    }

    /** True if it could be had at once and nobody is waiting. */
    boolean tryAcquire(int bytes) {
        return !free.hasQueuedThreads() && free.tryAcquire(units(bytes));
    }

    void release(int bytes) {
        free.release(units(bytes));
    }

    long used() {
        return (long) (units - free.availablePermits()) * UNIT;
    }

    private static int units(int bytes) {
        return bytes / UNIT + 1;
    }
}
