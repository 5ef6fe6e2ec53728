package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.LastLines;

/**
 * Follows the log of one pod to its end, over restarts of the API server: what was read is not read
 * twice. Thread-safe.
 */
final class PodLog implements AutoCloseable {
    private static final long PAUSE_MILLIS = 250;
    private static final int NOT_FOUND = 404;

    private final NamespacedKubernetesClient client;
    private final String pod;
    private final BooleanSupplier ended;
    private final LastLines lines;
    private final StampedLines stamped;
    private final Thread reader;
    private volatile boolean closed;
    private @Nullable LogWatch watch;

    /**
     * @param ended whether the pod's container has ended, as far as is known
     */
    PodLog(NamespacedKubernetesClient client, String pod, LastLines lines, BooleanSupplier ended) {
        this.client = client;
        this.pod = pod;
        this.ended = ended;
        this.lines = lines;
        this.stamped = new StampedLines(lines);
        this.reader = Thread.ofVirtual().name("log of " + pod).start(this::follow);
    }

    /** Waits for the end of the log, which comes soon after the container's. */
    void awaitEnd(Duration patience) {
        try {
            reader.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try {
            while (!closed) {
                // Asked before, so that nothing can be written behind what is read now.
                boolean last = ended.getAsBoolean();
                if (read() && last) {
                    break;
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
        lines.finish();
    }

    /** Reads until the log or the connection ends; true if there is no more to be had. */
    private boolean read() {
        try (LogWatch opened = open(stamped.resume())) {
            if (!keep(opened)) {
                return true;
            }
            InputStream in = opened.getOutput();
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                stamped.accept(buffer, n);
            }
            return true;
        } catch (KubernetesClientException e) {
            return e.getCode() == NOT_FOUND;
        } catch (IOException e) {
            return false;
        }
    }

    private LogWatch open(@Nullable Instant since) {
        var log =
                client.pods()
                        .withName(pod)
                        .inContainer(WorkerOrder.CONTAINER)
                        .withReadyWaitTimeout(0)
                        .usingTimestamps();
        return since == null ? log.watchLog() : log.sinceTime(since.toString()).watchLog();
    }

    private synchronized boolean keep(LogWatch opened) {
        watch = opened;
        return !closed;
    }

    @Override
    public void close() {
        LogWatch open;
        synchronized (this) {
            closed = true;
            open = watch;
        }
        if (open != null) {
            open.close();
        }
        reader.interrupt();
    }
}
