package pfs.jobs.pool;

import java.util.Optional;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.WorkerClient;

/** A worker and how much is asked of it. Guarded by its pool's lock but for the final fields. */
final class PooledWorker {
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    final Worker worker;
    final WorkerClient client;
    int inFlight;
    int limit;
    boolean retired;
    private long pausedUntil = System.nanoTime();
    private long nextPause = FIRST_PAUSE_MILLIS;

    PooledWorker(Worker worker, WorkerClient client, int limit) {
        this.worker = worker;
        this.client = client;
        this.limit = limit;
    }

    boolean free(long now) {
        return !retired && inFlight < limit && now - pausedUntil >= 0;
    }

    long nanosToPauseEnd(long now) {
        return pausedUntil - now;
    }

    /** It said that it has too much to do. */
    void busy(Optional<Long> retryAfterMillis) {
        limit = Math.max(1, limit / 2);
        long millis = retryAfterMillis.orElse(nextPause);
        nextPause = Math.min(nextPause * 2, LONGEST_PAUSE_MILLIS);
        pausedUntil =
                Math.max(pausedUntil, System.nanoTime() + Math.min(millis, 600_000) * 1_000_000);
    }

    /** True if more can be asked of it than before. */
    boolean succeeded(int most) {
        nextPause = FIRST_PAUSE_MILLIS;
        boolean more = limit < most;
        limit += more ? 1 : 0;
        return more;
    }
}
