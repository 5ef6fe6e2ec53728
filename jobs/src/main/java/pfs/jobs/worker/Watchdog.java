package pfs.jobs.worker;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections whose exchange is silent or takes too long. One thread looks at all of them
 * ten times a second, so that an exchange costs no timer and no system call. Thread-safe.
 */
public final class Watchdog implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(100);

    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;

    public Watchdog() {
        thread = Thread.ofVirtual().name("worker-watchdog").start(this::run);
    }

    static final class Watch {
        private final Connection connection;
        private final Duration idle;
        private final Duration total;
        private final long start = System.nanoTime();
        private volatile @Nullable String overdue;

        Watch(Connection connection, Duration idle, Duration total) {
            this.connection = connection;
            this.idle = idle;
            this.total = total;
        }

        /** Why the connection was closed; null if it was not. */
        @Nullable String overdue() {
            return overdue;
        }

        private void check(long now) {
            if (now - connection.lastActive() > idle.toNanos()) {
                overdue = "no byte for " + idle.toMillis() / 1000.0 + " s (limits.idle)";
            } else if (now - start > total.toNanos()) {
                overdue = "no answer within " + total.toMillis() / 1000.0 + " s (limits.total)";
            } else {
                return;
            }
            connection.close();
        }
    }

    Watch watch(Connection connection, Duration idle, Duration total) {
        Watch watch = new Watch(connection, idle, total);
        watches.add(watch);
        return watch;
    }

    void release(Watch watch) {
        watches.remove(watch);
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(PERIOD);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            watches.forEach(w -> w.check(now));
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
