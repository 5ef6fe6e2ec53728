package pfs.server.shared;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.api.Problem;
import pfs.server.start.Front;

/**
 * Hands requests to the leader as they are, and its answers back. A request without a body that
 * finds no leader, or loses it, is tried again for a while where that does no harm; else the client
 * is told 503, and that nobody knows what became of it. Thread-safe.
 */
final class PassOn extends ProxyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PassOn.class);

    /** Set on what was passed on, so that two servers do not send it to and fro. */
    static final String PASSED = "Pfs-Passed-On";

    private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");
    private static final String BEGUN = "pfs.passed.since";
    private static final String TO = "pfs.passed.to";
    private static final long PAUSE_MILLIS = 100;
    private static final int CONNECTIONS = 1024;

    private final Leader leader;
    private final Duration patience;

    /**
     * @param patience how long a request waits for a leader
     */
    PassOn(Leader leader, Duration patience) {
        this.leader = leader;
        this.patience = patience;
    }

    @Override
    protected HttpClient newHttpClient() {
        HttpClient client = super.newHttpClient();
        client.setMaxConnectionsPerDestination(CONNECTIONS);
        client.setMaxRequestsQueuedPerDestination(CONNECTIONS * 8);
        client.setIdleTimeout(0);
        // what has no type stays without
        client.setDefaultRequestContentType(null);
        client.setConnectTimeout(patience.toMillis() / 2);
        return client;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (request.getHeaders().contains(PASSED)) {
            refuse(request, response, callback, "no server leads the cluster just now");
            return true;
        }
        request.setAttribute(BEGUN, System.nanoTime());
        Front.WORKERS.execute(() -> attempt(request, response, callback));
        return true;
    }

    private void attempt(Request request, Response response, Callback callback) {
        String url = leader.await(patience);
        if (url == null) {
            refuse(request, response, callback, "no server leads the cluster just now");
            return;
        }
        request.setAttribute(TO, url);
        super.handle(request, response, callback);
    }

    private static String target(Request request) {
        return String.valueOf(request.getAttribute(TO));
    }

    @Override
    protected HttpURI rewriteHttpURI(Request request) {
        return HttpURI.from(target(request));
    }

    /** With the raw path and query of the client, whatever is in them. */
    @Override
    protected org.eclipse.jetty.client.Request newProxyToServerRequest(
            Request request, HttpURI uri) {
        return getHttpClient()
                .newRequest(uri.toURI())
                .path(ascii(request.getHttpURI().getPathQuery()))
                .method(request.getMethod());
    }

    /** With what is not ASCII percent-encoded, as routes decode it. */
    private static String ascii(String pathQuery) {
        if (pathQuery.chars().allMatch(c -> c < 0x80)) {
            return pathQuery;
        }
        StringBuilder out = new StringBuilder();
        for (byte b : pathQuery.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0) {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b));
            }
        }
        return out.toString();
    }

    /** The name that the client asked by stays: the leader judges by it, and answers with it. */
    @Override
    protected void addProxyHeaders(Request request, org.eclipse.jetty.client.Request toLeader) {
        String host = request.getHeaders().get(HttpHeader.HOST);
        toLeader.headers(
                headers -> {
                    headers.put(PASSED, "1");
                    if (host != null) {
                        headers.put(HttpHeader.HOST, host);
                    }
                });
    }

    @Override
    protected HttpField filterServerToProxyResponseField(HttpField field) {
        return field;
    }

    @Override
    protected void onServerToProxyResponseFailure(
            Request request,
            org.eclipse.jetty.client.Request toLeader,
            org.eclipse.jetty.client.@Nullable Response fromLeader,
            Response response,
            Callback callback,
            Throwable failure) {
        LOG.debug("{} was not answered", target(request), failure);
        leader.doubt(target(request));
        if (response.isCommitted()) {
            callback.failed(failure);
            return;
        }
        response.reset();
        long begun = (long) request.getAttribute(BEGUN);
        boolean time = System.nanoTime() - begun < patience.toNanos();
        if (time && HARMLESS.contains(request.getMethod()) && request.getLength() <= 0) {
            Front.WORKERS.execute(
                    () -> {
                        pause();
                        attempt(request, response, callback);
                    });
            return;
        }
        refuse(
                request,
                response,
                callback,
                "the leader "
                        + target(request)
                        + " ended, or was lost, before it answered: whether the request was done is"
                        + " not known; send it again, with the same Idempotency-Key if it had one");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void refuse(
            Request request, Response response, Callback callback, String detail) {
        response.setStatus(503);
        response.getHeaders().put(pfs.server.http.Problem.TYPE);
        response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        byte[] body =
                new Problem("urn:pfs:no-leader", "No leader", 503, detail, java.util.Map.of())
                        .toJson()
                        .getBytes(StandardCharsets.UTF_8);
        boolean bodiless = request.getMethod().equals("HEAD");
        response.write(true, bodiless ? null : ByteBuffer.wrap(body), callback);
    }
}
