package pfs.server.shared;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.meta.MetaStore;

/**
 * Who leads, as the metadata store said last; asked for again and again, so that no request has to.
 * Thread-safe.
 */
final class Leader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);
    private static final long USUAL_MILLIS = 1000;
    private static final long SOON_MILLIS = 100;

    private final Supplier<Optional<MetaStore.Lease>> holder;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Object changed = new Object();
    private @Nullable String url;
    private boolean doubted;

    /**
     * @param holder asks who has the lease; its holder's name is a URL, a space, and an id
     */
    Leader(Supplier<Optional<MetaStore.Lease>> holder) {
        this.holder = holder;
        Thread.ofVirtual().name("pfs-leader").start(this::run);
    }

    private void run() {
        try {
            long pause = 0;
            while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
                look();
                synchronized (changed) {
                    pause = url == null || doubted ? SOON_MILLIS : USUAL_MILLIS;
                    doubted = false;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            String found = holder.get().map(lease -> lease.holder().split(" ", 2)[0]).orElse(null);
            synchronized (changed) {
                url = found;
                changed.notifyAll();
            }
        } catch (PfsException e) {
            // Whoever led is asked until another does: he still reads commits.
            LOG.debug("who leads is not known", e);
        }
    }

    /** The leader's URL; null if there is none, or none is known. */
    @Nullable String url() {
        synchronized (changed) {
            return url;
        }
    }

    /** The leader's URL, as soon as there is one; null if there is none in time. */
    @Nullable String await(Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        synchronized (changed) {
            try {
                while (url == null) {
                    long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                    if (left <= 0) {
                        return null;
                    }
                    changed.wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return url;
        }
    }

    /** It did not answer: ask soon whether another leads. */
    void doubt(String silent) {
        synchronized (changed) {
            doubted |= silent.equals(url);
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
