package pfs.jobs.runtime.kubernetes;

import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.LastLines;

/**
 * Follows the log of one pod to its end, over restarts of the API server: what was read is not read
 * twice. It is asked for without the client library's own way to logs, which takes for the log what
 * a server says when it has none. Thread-safe.
 */
final class PodLog implements AutoCloseable {
    private static final long PAUSE_MILLIS = 250;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private final NamespacedKubernetesClient client;
    private final String pod;
    private final BooleanSupplier ended;
    private final LastLines lines;
    private final StampedLines stamped;
    private final Thread reader;
    private boolean refused;
    private volatile boolean closed;
    private @Nullable InputStream open;

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
                if (read() && (last || refused)) {
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
    private boolean read() throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = ask(stamped.resume());
            try (InputStream in = answer.body()) {
                if (!keep(in)) {
                    return true;
                }
                return answer.isSuccessful() ? copy(in) : isFinal(answer.code());
            }
        } catch (IllegalStateException e) {
            // The runtime was closed before the cluster had ended this pod.
            refused = true;
            return true;
        } catch (ExecutionException | IOException e) {
            return false;
        }
    }

    private HttpResponse<InputStream> ask(@Nullable Instant since)
            throws InterruptedException, ExecutionException {
        String master = client.getMasterUrl().toString();
        HttpRequest request =
                client.getHttpClient()
                        .newHttpRequestBuilder()
                        .uri(
                                master
                                        + (master.endsWith("/") ? "" : "/")
                                        + "api/v1/namespaces/"
                                        + client.getNamespace()
                                        + "/pods/"
                                        + pod
                                        + "/log?follow=true&timestamps=true&container="
                                        + WorkerOrder.CONTAINER
                                        + (since == null ? "" : "&sinceTime=" + since))
                        .forStreaming()
                        .build();
        return client.getHttpClient().sendAsync(request, InputStream.class).get();
    }

    private boolean copy(InputStream in) throws IOException {
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            stamped.accept(buffer, n);
        }
        return true;
    }

    /** Whether an answer without a log is the last: that one may not read it is said in the log. */
    private boolean isFinal(int code) {
        if (code == UNAUTHORIZED || code == FORBIDDEN) {
            byte[] line =
                    "pfs may not read this pod's log: it needs the right to get pods/log\n"
                            .getBytes(StandardCharsets.UTF_8);
            lines.accept(line, 0, line.length);
            refused = true;
            return true;
        }
        return code == NOT_FOUND;
    }

    private synchronized boolean keep(InputStream opened) {
        open = opened;
        return !closed;
    }

    @Override
    public void close() {
        InputStream reading;
        synchronized (this) {
            closed = true;
            reading = open;
        }
        if (reading != null) {
            try {
                reading.close();
            } catch (IOException e) {
                // Nobody reads it any more.
            }
        }
        reader.interrupt();
    }
}
