package pfs.server.sync;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.client.http.Body;
import pfs.client.http.Endpoint;
import pfs.client.http.HttpClient;
import pfs.client.http.Request;
import pfs.client.http.Response;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.server.http.Exchange;
import pfs.server.http.Refusal;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.http.Writes;
import pfs.sync.ClusterState;

/**
 * Keeps writes away from a copy, whose master takes them: they are forwarded, redirected or
 * refused. What a master sends to its replica passes. Thread-safe.
 */
public final class ReplicaGate implements Writes, AutoCloseable {
    /** Set on what was forwarded once, so that two copies do not send it to and fro. */
    private static final String FORWARDED = "Pfs-Forwarded";

    /** Headers of one connection, and those that are made anew. */
    private static final Set<String> OWN =
            Set.of(
                    "host",
                    "connection",
                    "content-length",
                    "transfer-encoding",
                    "expect",
                    "upgrade",
                    "te",
                    "trailer",
                    "keep-alive");

    private static final List<String> ANSWERED =
            List.of(
                    "ETag",
                    "Location",
                    "Last-Modified",
                    "Cache-Control",
                    "Link",
                    "Retry-After",
                    "WWW-Authenticate",
                    "Allow");

    private final Cluster cluster;

    @GuardedBy("this")
    private @Nullable HttpClient client;

    public ReplicaGate(Cluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public boolean taken(Exchange exchange, Route route) throws IOException {
        String epoch = exchange.headers().get(HttpStore.EPOCH);
        if (epoch != null) {
            exchange.require(Right.ADMIN, exchange.repo());
            long number = number(epoch);
            Arriving arriving = cluster.arriving();
            arriving.begin(number);
            exchange.afterwards(() -> arriving.end(number));
            cluster.admit(number, exchange.headers().get(HttpStore.MASTER));
            return false;
        }
        boolean write = route.right() == Right.WRITE || route.right() == Right.ADMIN;
        ClusterState.State state = cluster.state();
        if (!write || state.writable() || route.path().equals("/promote")) {
            return false;
        }
        String master = state.master();
        if (master == null || exchange.headers().get(FORWARDED) != null) {
            throw refused(master);
        }
        switch (cluster.writes()) {
            case REFUSE -> throw refused(master);
            case REDIRECT -> {
                exchange.answer(307).put(HttpHeader.LOCATION, master + target(exchange));
                exchange.end();
            }
            case FORWARD -> forward(exchange, master);
        }
        return true;
    }

    @Override
    public boolean surelyHere(Exchange exchange) {
        return cluster.state().writable() && !exchange.headers().contains(HttpStore.EPOCH);
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Refusal.invalid("'" + text + "' is no number");
        }
    }

    private static PfsException refused(@Nullable String master) {
        return new PfsException(
                ErrorCode.NOT_MASTER,
                "this server is a replica"
                        + (master == null
                                ? ", and does not know its master"
                                : " of " + master + ": write there"));
    }

    private static String target(Exchange exchange) {
        String query = exchange.rawQuery();
        return exchange.rawPath() + (query == null ? "" : "?" + query);
    }

    private void forward(Exchange exchange, String master) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (HttpField field : exchange.headers()) {
            if (!OWN.contains(field.getLowerCaseName())) {
                headers.merge(
                        field.getName(), String.valueOf(field.getValue()), (a, b) -> a + ", " + b);
            }
        }
        headers.put(FORWARDED, "1");
        Request request =
                new Request(
                        exchange.method(),
                        target(exchange),
                        headers,
                        new PassedBody(exchange),
                        false);
        Response response;
        try {
            response = client(master).send(request, 0);
        } catch (pfs.server.http.Body.BrokenBodyException e) {
            throw e;
        } catch (IOException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED,
                    "the master " + master + " does not answer: " + e.getMessage(),
                    null,
                    e);
        }
        try (response) {
            answer(exchange, response);
        }
    }

    private synchronized HttpClient client(String master) {
        Endpoint endpoint = Endpoint.parse(master);
        HttpClient known = client;
        if (known == null || !known.endpoint().equals(endpoint)) {
            // One that is left behind ends with its last request.
            known = new HttpClient(endpoint, Map.of());
            client = known;
        }
        return known;
    }

    private static void answer(Exchange exchange, Response response) throws IOException {
        HttpFields.Mutable headers = exchange.answer(response.status());
        for (String name : ANSWERED) {
            response.header(name).ifPresent(value -> headers.put(name, value));
        }
        String type = response.header("Content-Type").orElse(null);
        if (type == null) {
            exchange.end();
        } else {
            InputStream body = response.body();
            HttpField field = new HttpField(HttpHeader.CONTENT_TYPE, type);
            exchange.stream(response.status(), field, body::transferTo);
        }
    }

    /** The body of the request, as it comes. */
    private record PassedBody(Exchange exchange) implements Body {
        @Override
        public long length() {
            return exchange.body().present() ? exchange.body().announced() : 0;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            exchange.body()
                    .pour(
                            piece -> {
                                byte[] bytes = new byte[piece.remaining()];
                                piece.get(bytes);
                                out.write(bytes);
                            });
        }

        @Override
        public boolean repeatable() {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
        }
    }
}
