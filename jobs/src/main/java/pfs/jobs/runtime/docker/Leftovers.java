package pfs.jobs.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Removes containers, and those that an engine which is away or busy keeps, again and again until
 * they are gone. Thread-safe. What is left at the end falls to the next start's sweep.
 */
final class Leftovers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());
    private static final long PAUSE_MILLIS = 500;

    private final DockerClient client;
    private final Set<String> left = ConcurrentHashMap.newKeySet();
    private @Nullable Thread retries;
    private boolean closed;

    Leftovers(DockerClient client) {
        this.client = client;
    }

    /** Kills and removes a container with its volumes: now, or as soon as the engine lets it go. */
    void remove(String container) {
        String obstacle = obstacle(container);
        if (obstacle != null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot remove the container {0} yet: {1}",
                    container,
                    obstacle);
            left.add(container);
            retry();
        }
    }

    private @Nullable String obstacle(String container) {
        try {
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec();
            return null;
        } catch (NotFoundException e) {
            return null;
        } catch (RuntimeException e) {
            return DockerRuntime.rootMessage(e);
        }
    }

    private synchronized void retry() {
        if (retries == null && !closed) {
            retries = Thread.ofVirtual().name("leftover containers").start(this::run);
        }
    }

    private void run() {
        try {
            while (more()) {
                Thread.sleep(PAUSE_MILLIS);
                left.removeIf(container -> obstacle(container) == null);
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
