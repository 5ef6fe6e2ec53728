package pfs.server.shared;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.client.http.Body;
import pfs.client.http.Endpoint;
import pfs.client.http.HttpClient;
import pfs.client.http.Request;
import pfs.client.http.Response;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.runtime.spread.OtherServers;
import pfs.jobs.spec.SpecJson;

/** Workers on the other members of the cluster, by {@link WorkerRoutes}. Thread-safe. */
final class RemoteWorkers implements OtherServers {
    /** How long a member may say nothing before its workers count as lost. */
    private static final int SILENCE_MILLIS = 10_000;

    /** How long a member that could not read the store is sent the bytes instead. */
    private static final long UNREAD_NANOS = 60_000_000_000L;

    private final String here;
    private final Supplier<List<String>> urls;
    private final Map<String, Long> unread = new ConcurrentHashMap<>();
    private final @Nullable String token;

    /**
     * @param here this member's URL
     * @param urls of the others, now
     * @param token with an admin's right on all of them; null for none
     */
    RemoteWorkers(String here, Supplier<List<String>> urls, @Nullable String token) {
        this.here = here;
        this.urls = urls;
        this.token = token;
    }

    @Override
    public String here() {
        return here;
    }

    private boolean reads(String url) {
        Long since = unread.get(url);
        return since == null || System.nanoTime() - since > UNREAD_NANOS;
    }

    /** Those that can be reached without TLS: a line to a worker is made by hand. */
    @Override
    public List<String> names() {
        return urls.get().stream().filter(url -> url.startsWith("http://")).toList();
    }

    @Override
    public Worker start(String url, Runtime.Program program, Runtime.LogSink log) {
        byte[] spec = SpecJson.encode(program.spec()).toString().getBytes(UTF_8);
        Map<String, String> headers =
                token == null ? Map.of() : Map.of("Authorization", "Bearer " + token);
        Endpoint endpoint = Endpoint.parse(url);
        HttpClient client = new HttpClient(endpoint, headers);
        boolean started = false;
        try {
            Request request =
                    Request.of(
                                    "POST",
                                    "/cluster/workers?program="
                                            + PathEncoding.encodeQuery(program.id()))
                            .with(new Body.Bytes(spec, spec.length))
                            .once();
            Response response = client.send(request, SILENCE_MILLIS);
            if (!response.ok()) {
                throw new PfsException(ErrorCode.PEER_FAILED, url + ": " + response.text().strip());
            }
            RemoteWorker worker =
                    RemoteWorker.begin(
                            client,
                            response,
                            new RemoteWorker.Host(
                                    URI.create(url), headers.get("Authorization"), reads(url)),
                            log,
                            () -> unread.put(url, System.nanoTime()));
            started = true;
            return worker;
        } catch (IOException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED, url + " does not answer: " + e.getMessage(), null, e);
        } finally {
            if (!started) {
                client.close();
            }
        }
    }
}
