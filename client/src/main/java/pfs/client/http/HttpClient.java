package pfs.client.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one server over connections that are kept. 429 and 503 are waited out; a lost
 * connection is tried again where repeating does no harm. Thread-safe.
 */
public final class HttpClient implements AutoCloseable {
    private static final int ATTEMPTS = 6;
    private static final int FIRST_PAUSE_MILLIS = 100;
    private static final int LONGEST_PAUSE_MILLIS = 30_000;

    /** Connections in use from which on those that have ended are forgotten. */
    private static final int MANY = 64;

    private static final int SILENCE_MILLIS = 300_000;

    private final Endpoint endpoint;
    private final Map<String, String> headers;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final Set<Connection> active = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param headers sent with each request, such as Authorization
     */
    public HttpClient(Endpoint endpoint, Map<String, String> headers) {
        this.endpoint = endpoint;
        this.headers = Map.copyOf(headers);
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** The answer, whatever its status; IOException when there is none. */
    public Response send(Request request) throws IOException {
        return send(request, SILENCE_MILLIS);
    }

    /**
     * @param silenceMillis how long the server may say nothing; 0 for ever
     */
    public Response send(Request request, int silenceMillis) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Connection connection = idle.pollFirst();
            boolean sent = false;
            try {
                if (connection == null) {
                    connection = Connection.open(endpoint);
                }
                sent = true;
                begin(connection);
                Response response =
                        connection.exchange(request, headers, silenceMillis, this::keep);
                boolean busy = response.status() == 429 || response.status() == 503;
                if (!busy || attempt == ATTEMPTS || !request.body().repeatable()) {
                    return response;
                }
                @Nullable String after = response.header("retry-after").orElse(null);
                response.close();
                pause(attempt, after);
            } catch (IOException e) {
                boolean stale = connection != null && connection.used();
                if (connection != null) {
                    active.remove(connection);
                    connection.close();
                }
                boolean harmless = request.repeatable() || !sent;
                if (closed || !harmless || attempt == ATTEMPTS || refused(e) || !isLoss(e)) {
                    throw e;
                }
                if (!stale) {
                    pause(attempt, null);
                }
            }
        }
    }

    /** Nobody listens: waiting a few seconds would only hide that. */
    private static boolean refused(IOException e) {
        return e instanceof ConnectException || e instanceof java.net.UnknownHostException;
    }

    private static boolean isLoss(IOException e) {
        return e instanceof java.net.SocketException || e instanceof java.io.EOFException;
    }

    private void begin(Connection connection) throws IOException {
        if (active.size() >= MANY) {
            active.removeIf(Connection::closed);
        }
        active.add(connection);
        if (closed) {
            throw new IOException("the client is closed");
        }
    }

    private void keep(Connection connection) {
        active.remove(connection);
        if (closed) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    private static void pause(int attempt, @Nullable String retryAfter) throws IOException {
        long millis = (long) FIRST_PAUSE_MILLIS << (attempt - 1);
        if (retryAfter != null && retryAfter.matches("\\d{1,6}")) {
            millis = Math.max(millis, Long.parseLong(retryAfter) * 1000);
        }
        millis = Math.min(millis, LONGEST_PAUSE_MILLIS);
        millis += ThreadLocalRandom.current().nextLong(millis / 2 + 1);
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stop = new InterruptedIOException("interrupted");
            stop.initCause(e);
            throw stop;
        }
    }

    /** Ends what is under way, too. */
    @Override
    public void close() {
        closed = true;
        active.forEach(Connection::close);
        for (Connection c = idle.poll(); c != null; c = idle.poll()) {
            c.close();
        }
    }
}
