package pfs.testing.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;

/**
 * Three real servers over three members of etcd and a Ceph, each with ways of its own to the
 * members of etcd, and all with one way to the object store, that can be broken.
 */
final class TestCluster implements AutoCloseable {
    static final int SERVERS = 3;

    private final Path directory;
    private final Path root;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<List<FaultProxy>> etcdOf = new ArrayList<>();
    private final int[] ports = new int[SERVERS];
    private final Engine etcd;
    private final Engine ceph;
    private final FaultProxy store;

    private TestCluster(Path directory, Path root, Engine etcd, Engine ceph) throws IOException {
        this.directory = directory;
        this.root = root;
        this.etcd = etcd;
        this.ceph = ceph;
        this.store = new FaultProxy(URI.create(endpoint()).getPort());
    }

    /** Returns when it takes writes. */
    static TestCluster start(Path directory) throws Exception {
        Path root = root();
        assumeTrue(
                Files.exists(root.resolve(".pfs/current")),
                "no server is built: ./pfs version, or bin/test, builds one");
        Engine etcd = Engine.start(directory, "etcd");
        TestCluster cluster =
                new TestCluster(directory, root, etcd, Engine.start(directory, "ceph"));
        for (int i = 0; i < SERVERS; i++) {
            cluster.ports[i] = ServerProcess.freePort();
            cluster.etcdOf.add(cluster.proxies());
            cluster.servers.add(cluster.start(i));
        }
        cluster.back();
        return cluster;
    }

    HttpClient http() {
        return http;
    }

    Engine etcd() {
        return etcd;
    }

    Engine ceph() {
        return ceph;
    }

    FaultProxy store() {
        return store;
    }

    ServerProcess server(int i) {
        return servers.get(i);
    }

    /** The ways of a server to the members of etcd. */
    List<FaultProxy> waysOf(int i) {
        return etcdOf.get(i);
    }

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("bin/cluster"))) {
            root = Objects.requireNonNull(root.getParent());
        }
        return root;
    }

    private String endpoint() throws IOException {
        String uri = ceph.uri();
        int from = uri.indexOf("endpoint=") + 9;
        int end = uri.indexOf('&', from);
        return uri.substring(from, end < 0 ? uri.length() : end);
    }

    /** A way of its own to each member of etcd, which can be cut for one server. */
    private List<FaultProxy> proxies() throws IOException {
        List<FaultProxy> proxies = new ArrayList<>();
        for (String member : etcd.uri().substring("etcd://".length()).split(",")) {
            proxies.add(new FaultProxy(URI.create("http://" + member).getPort()));
        }
        return proxies;
    }

    private ServerProcess start(int i) throws IOException {
        StringBuilder meta = new StringBuilder("etcd://");
        etcdOf.get(i).forEach(proxy -> meta.append("127.0.0.1:").append(proxy.port()).append(','));
        meta.setLength(meta.length() - 1);
        String packs =
                "s3://pfs/chaos?create=true&region=us-east-1&endpoint=http://127.0.0.1:"
                        + store.port();
        Map<String, String> environment = ceph.variables("credentials");
        return ServerProcess.start(
                root,
                directory.resolve("server-" + i),
                List.of(),
                ports[i],
                List.of("--meta", meta.toString(), "--store", packs, "--runtime", "process"),
                environment);
    }

    /** The URI of a path on one of them, another one each time. */
    URI any(String target) {
        int port = ports[Math.floorMod(turn.incrementAndGet(), SERVERS)];
        return URI.create("http://127.0.0.1:" + port + target);
    }

    /** Milliseconds until writes are taken through each server. */
    long back() throws Exception {
        long begun = System.nanoTime();
        int taken = 0;
        while (taken < SERVERS) {
            HttpRequest put =
                    HttpRequest.newBuilder(any("/pfs/probe"))
                            .timeout(Duration.ofSeconds(20))
                            .PUT(HttpRequest.BodyPublishers.ofString("x"))
                            .build();
            try {
                int status = http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode();
                taken = status / 100 == 2 ? taken + 1 : 0;
            } catch (IOException e) {
                taken = 0;
            }
            if (taken == 0) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(System.nanoTime() - begun)
                    .as("service comes back")
                    .isLessThan(180_000_000_000L);
        }
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** The server that leads, as one of them says; the first if nobody knows. */
    int leader() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            try {
                String lines =
                        http.send(
                                        HttpRequest.newBuilder(any("/cluster"))
                                                .timeout(Duration.ofSeconds(5))
                                                .build(),
                                        HttpResponse.BodyHandlers.ofString())
                                .body();
                for (String line : lines.split("\n")) {
                    for (int s = 0; s < SERVERS; s++) {
                        if (line.contains("  leader  ") && line.contains(":" + ports[s] + "  ")) {
                            return s;
                        }
                    }
                }
            } catch (IOException e) {
                // another one is asked
            }
        }
        return 0;
    }

    /** kill -9, and a new start with the same settings. */
    void kill(int i) throws Exception {
        servers.get(i).kill();
        servers.set(i, start(i));
    }

    /** The answer's text, as soon as it is a good one; asked of one after the other. */
    String text(String method, String target) throws Exception {
        return new String(bytes(method, target, "text " + target, new byte[0]), UTF_8).strip();
    }

    /** The answer's bytes, as soon as it is a good one; sent with a key, so done once. */
    byte[] bytes(String method, String target, String key, byte[] body) throws Exception {
        String last = "";
        for (int i = 0; i < 150; i++) {
            try {
                HttpResponse<byte[]> answer =
                        http.send(
                                HttpRequest.newBuilder(any(target))
                                        .timeout(Duration.ofSeconds(60))
                                        .header("Idempotency-Key", key)
                                        .method(
                                                method,
                                                HttpRequest.BodyPublishers.ofByteArray(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray());
                if (answer.statusCode() / 100 == 2) {
                    return answer.body();
                }
                last = answer.statusCode() + " " + new String(answer.body(), UTF_8);
                assertThat(answer.statusCode()).as(last).isGreaterThanOrEqualTo(500);
            } catch (IOException e) {
                // the server went away: another one is asked
                last = e.toString();
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new AssertionError(method + " " + target + " was never answered: " + last);
    }

    @Override
    public void close() throws Exception {
        servers.forEach(ServerProcess::close);
        for (List<FaultProxy> proxies : etcdOf) {
            for (FaultProxy proxy : proxies) {
                proxy.close();
            }
        }
        store.close();
        etcd.close();
        ceph.close();
        http.close();
    }
}
