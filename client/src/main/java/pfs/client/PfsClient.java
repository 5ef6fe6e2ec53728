package pfs.client;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.api.PathEncoding;
import pfs.api.Version;
import pfs.client.http.Body;
import pfs.client.http.Endpoint;
import pfs.client.http.HttpClient;
import pfs.client.http.Request;
import pfs.client.http.Response;

/**
 * One repo and branch of one server. Answers that are not 2xx are thrown as {@link
 * RefusedException}. Thread-safe.
 */
public final class PfsClient implements AutoCloseable {
    /** Routes beside those of files that honour an Idempotency-Key. */
    private static final Set<String> KEYED =
            Set.of("/commit", "/reset", "/copy", "/move", "/merge", "/revert", "/cherry-pick");

    private final HttpClient http;
    private final String prefix;
    private final String branch;

    /**
     * @param token sent as a bearer token; null for none
     */
    public PfsClient(Endpoint endpoint, @Nullable String token, String repo, String branch) {
        Map<String, String> headers = new HashMap<>();
        headers.put("User-Agent", "pfs/" + Version.current());
        if (token != null && !token.isEmpty()) {
            headers.put("Authorization", "Bearer " + token);
        }
        this.http = new HttpClient(endpoint, headers);
        this.prefix =
                repo.equals(Defaults.REPO) ? "" : "/repos/" + PathEncoding.encodeSegment(repo);
        this.branch = branch;
    }

    public Endpoint endpoint() {
        return http.endpoint();
    }

    public String branch() {
        return branch;
    }

    /** A query that names this branch, unless it is the default one. */
    public Query onBranch() {
        return branch.equals(Defaults.BRANCH) ? Query.NONE : Query.NONE.and("branch", branch);
    }

    /**
     * A request to a route of this repo; the route is percent-encoded already. A change gets an
     * Idempotency-Key where the server honours one, so that it is made once however often it is
     * sent.
     */
    public Request request(String method, String route, Query query) {
        Request request = Request.of(method, prefix + route + query);
        boolean change = !method.equals("GET") && !method.equals("HEAD");
        return change && (route.startsWith("/pfs/") || KEYED.contains(route))
                ? request.keyed(UUID.randomUUID().toString())
                : request;
    }

    /** A request to a path of this repo. */
    public Request file(String method, String path, Query query) {
        return request(method, "/pfs/" + PathEncoding.encode(path), query);
    }

    /** The answer, which is 2xx. */
    public Response send(Request request) throws IOException {
        return verify(http.send(request));
    }

    /**
     * As send, for who cannot wait for long.
     *
     * @param silenceMillis how long the server may say nothing; a SocketTimeoutException then
     */
    public Response send(Request request, int silenceMillis) throws IOException {
        return verify(http.send(request, silenceMillis));
    }

    /** As send, for answers that may take as long as they want. */
    public Response await(Request request) throws IOException {
        return verify(http.send(request, 0));
    }

    private static Response verify(Response response) throws IOException {
        if (response.ok()) {
            return response;
        }
        try (response) {
            throw RefusedException.of(response);
        }
    }

    /** Creates or replaces a file; returns when it is on stable storage. */
    public void put(String path, Body body) throws IOException {
        send(file("PUT", path, onBranch()).with(body)).close();
    }

    /**
     * The bytes of a file, as a stream that never ends early; {@code commit} null: as it stands.
     */
    public Response get(String path, @Nullable String commit) throws IOException {
        return send(file("GET", path, onBranch().and("commit", commit)));
    }

    @Override
    public void close() {
        http.close();
    }
}
