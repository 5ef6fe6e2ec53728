package pfs.jobs.runtime;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of a worker, which happens once, on a thread of its own: the caller's may be interrupted,
 * since its run was cancelled, and then could not speak to the engine. Thread-safe.
 */
public final class Closing {
    private static final System.Logger LOG = System.getLogger(Closing.class.getName());

    private final String name;
    private final Duration patience;
    private final Runnable end;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * @param patience how long callers wait for the end
     */
    public Closing(String name, Duration patience, Runnable end) {
        this.name = name;
        this.patience = patience;
        this.end = end;
    }

    /** Returns when it has ended, or the patience is over, also to an interrupted thread. */
    public void close() {
        if (begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("end of " + name).start(this::run);
        }
        boolean interrupted = false;
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                if (!ended.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.log(System.Logger.Level.WARNING, "{0} does not end", name);
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            end.run();
        } finally {
            ended.countDown();
        }
    }
}
