package pfs.server.sync;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.client.Query;
import pfs.client.http.Endpoint;
import pfs.client.http.Request;
import pfs.client.http.Response;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Repos;
import pfs.sync.ClusterState;
import pfs.sync.OtherStore;
import pfs.sync.Peer;
import pfs.sync.Position;

/** Another server, asked by HTTP. Thread-safe. */
public final class HttpStore implements OtherStore {
    /** What a master says of itself with each request to a replica. */
    static final String EPOCH = "Pfs-Epoch";

    static final String MASTER = "Pfs-Master";

    /** How far a copy is, in the answer of {@code GET /cluster}. */
    static final String POSITION = "Pfs-Position";

    private final Endpoint endpoint;
    private final @Nullable String token;
    private final Map<String, String> headers;
    private final HttpPeer server;
    private final Map<String, HttpPeer> repos = new ConcurrentHashMap<>();
    private final boolean settles;
    private volatile boolean closed;

    private HttpStore(
            String url, @Nullable String token, Map<String, String> headers, boolean settles) {
        this.settles = settles;
        HttpPeer.Address address = HttpPeer.Address.parse(url, Repos.DEFAULT_REPO);
        this.endpoint = address.endpoint();
        this.token = token;
        this.headers = headers;
        this.server = new HttpPeer(address, token, headers);
    }

    /** The server that is followed. */
    public static HttpStore master(String url, @Nullable String token) {
        return new HttpStore(url, token, Map.of(), false);
    }

    /**
     * A server that is sent to.
     *
     * @param epoch of this server as its master
     * @param self this server's URL; null if it is not known
     * @param settles true if it is to note how far it is, for the next election
     */
    public static HttpStore replica(
            String url,
            @Nullable String token,
            long epoch,
            @Nullable String self,
            boolean settles) {
        Map<String, String> headers =
                self == null
                        ? Map.of(EPOCH, Long.toString(epoch))
                        : Map.of(EPOCH, Long.toString(epoch), MASTER, self);
        return new HttpStore(url, token, headers, settles);
    }

    @Override
    public String name() {
        return endpoint.toString();
    }

    @Override
    public List<String> repos() throws IOException {
        return server.repos();
    }

    @Override
    public void createRepo(String repo) throws IOException {
        server.createRepo(repo);
    }

    @Override
    public void deleteRepo(String repo) throws IOException {
        String route = "/repos/" + PathEncoding.encodeSegment(repo);
        server.send(Request.of("DELETE", route + Query.NONE.and("confirm", repo))).close();
    }

    @Override
    public Peer repo(String name) {
        HttpPeer peer =
                repos.computeIfAbsent(
                        name, n -> new HttpPeer(new HttpPeer.Address(endpoint, n), token, headers));
        if (closed) {
            peer.close();
        }
        return peer;
    }

    @Override
    public String awaitChange(String seen) throws IOException {
        String route = "/sync/changes" + Query.NONE.and("after", seen);
        try (Response response = server.send(Request.of("GET", route))) {
            return response.text().strip();
        }
    }

    @Override
    public void settled(long ticket) throws IOException {
        if (settles) {
            String route = "/sync/position" + Query.NONE.and("ticket", Long.toString(ticket));
            server.send(Request.of("POST", route)).close();
        }
    }

    /**
     * How far it is. Asked by who is about to be its master, it follows no older one from then on.
     */
    Position position() throws IOException {
        try (Response response = server.send(Request.of("GET", "/cluster"))) {
            return Position.parse(response.header(POSITION).orElse(""));
        }
    }

    /** Reads the lines of {@code GET /cluster}. */
    @Override
    public ClusterState.State state() throws IOException {
        try (Response response =
                server.send(Request.of("GET", "/cluster").with("Accept", "text/plain"))) {
            String[] words = response.text().lines().findFirst().orElse("").split("  ");
            long epoch = words.length > 1 ? Long.parseLong(words[1].replace("epoch ", "")) : 0;
            return new ClusterState.State(
                    ClusterState.Role.valueOf(words[0].toUpperCase(Locale.ROOT)),
                    epoch,
                    words.length > 2 ? words[2].replace("master ", "") : null,
                    null);
        } catch (IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED, name() + " does not tell its role", null, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        server.close();
        repos.values().forEach(HttpPeer::close);
    }
}
