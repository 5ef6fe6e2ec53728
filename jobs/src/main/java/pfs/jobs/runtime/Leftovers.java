package pfs.jobs.runtime;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Removes workers, and those that an engine which is away or busy keeps, again and again until they
 * are gone. Thread-safe. What is left at the end falls to the next start's sweep.
 */
public final class Leftovers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());
    private static final long PAUSE_MILLIS = 500;

    private final Remover remover;
    private final Set<String> left = ConcurrentHashMap.newKeySet();
    private @Nullable Thread retries;
    private boolean closed;

    /** Asks an engine to remove something. Thread-safe. */
    @FunctionalInterface
    public interface Remover {
        /** Why it is still there; null when it is not, or was not. */
        @Nullable String obstacle(String name);
    }

    public Leftovers(Remover remover) {
        this.remover = remover;
    }

    /** Removes it: now, or as soon as the engine lets it go. */
    public void remove(String name) {
        String obstacle = remover.obstacle(name);
        if (obstacle != null) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove {0} yet: {1}", name, obstacle);
            left.add(name);
            retry();
        }
    }

    private synchronized void retry() {
        if (retries == null && !closed) {
            retries = Thread.ofVirtual().name("leftovers").start(this::run);
        }
    }

    private void run() {
        try {
            while (more()) {
                Thread.sleep(PAUSE_MILLIS);
                left.removeIf(name -> remover.obstacle(name) == null);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private synchronized boolean more() {
        if (left.isEmpty()) {
            retries = null;
            return false;
        }
        return true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (retries != null) {
            retries.interrupt();
        }
    }
}
