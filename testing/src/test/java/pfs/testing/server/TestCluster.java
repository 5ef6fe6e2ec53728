package pfs.testing.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;

/**
 * Three real servers over three members of etcd and a Ceph, each with ways of its own to the
 * members of etcd and to the object store, which can be broken. On loopback these ways are proxies;
 * where the machine lets us make a network, each server is on a node of it with a member of etcd,
 * and packets are dropped.
 */
final class TestCluster implements AutoCloseable {
    static final int SERVERS = 3;

    private static final Pattern LEADER = Pattern.compile("\"leader\":\\s*\"([^\"]+)\"");

    private final Path directory;
    private final Path root;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<List<FaultProxy>> etcdOf = new ArrayList<>();
    private final int[] ports = new int[SERVERS];
    private final String prefix = "c" + UUID.randomUUID();
    private final Surroundings surroundings;
    private final Engine etcd;
    private final Engine ceph;
    private final List<FaultProxy> storeOf = new ArrayList<>();

    /**
     * @param network to be closed with the cluster; null for loopback
     * @param clocks the hours by which each server's clock is off
     * @param ownCeph whether the object store can be broken too
     */
    private record Surroundings(
            @Nullable TestNetwork network, List<Integer> clocks, boolean ownCeph) {}

    private TestCluster(
            Path directory, Path root, Surroundings surroundings, Engine etcd, Engine ceph)
            throws IOException {
        this.directory = directory;
        this.root = root;
        this.surroundings = surroundings;
        this.etcd = etcd;
        this.ceph = ceph;
        InetAddress at =
                surroundings.network == null
                        ? InetAddress.getLoopbackAddress()
                        : InetAddress.getByName(surroundings.network.host());
        for (int i = 0; i < SERVERS; i++) {
            storeOf.add(new FaultProxy(at, URI.create(endpoint()).getPort()));
        }
    }

    /** On loopback, with the right time; returns when it takes writes. */
    static TestCluster start(Path directory) throws Exception {
        return start(directory, new Surroundings(null, List.of(0, 0, 0), false));
    }

    /**
     * In a network of its own, and with two clocks that are an hour off, if this machine has what
     * that needs; what it does not have is printed.
     */
    static TestCluster startApart(Path directory) throws Exception {
        Optional<String> noNetwork = TestNetwork.missing();
        Optional<String> noClocks = WrongClock.missing();
        noNetwork.ifPresent(why -> System.out.println("nothing is parted: " + why));
        noClocks.ifPresent(why -> System.out.println("all clocks are right: " + why));
        List<Integer> clocks = noClocks.isPresent() ? List.of(0, 0, 0) : List.of(1, -1, 0);
        if (noNetwork.isPresent()) {
            return start(directory, new Surroundings(null, clocks, true));
        }
        return start(directory, new Surroundings(TestNetwork.open(SERVERS), clocks, true));
    }

    private static TestCluster start(Path directory, Surroundings surroundings) throws Exception {
        Path root = root();
        assumeTrue(
                Files.exists(root.resolve(".pfs/current")),
                "no server is built: ./pfs version, or bin/test, builds one");
        TestNetwork network = surroundings.network;
        Map<String, String> nodes =
                network == null ? Map.of() : Map.of("PFS_NODES", network.nodes());
        Engine etcd = Engine.start(directory, "etcd", nodes);
        Engine ceph =
                surroundings.ownCeph ? Engine.start(directory, "ceph") : Engine.shared("ceph");
        TestCluster cluster = new TestCluster(directory, root, surroundings, etcd, ceph);
        boolean ready = false;
        try {
            for (int i = 0; i < SERVERS; i++) {
                cluster.ports[i] = ServerProcess.freePort();
                cluster.etcdOf.add(network == null ? cluster.proxies() : List.of());
                cluster.servers.add(cluster.start(i));
            }
            cluster.back();
            ready = true;
            return cluster;
        } finally {
            if (!ready) {
                cluster.close();
            }
        }
    }

    /** The network that the servers are in; null on loopback. */
    @Nullable TestNetwork network() {
        return surroundings.network;
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

    /** Breaks the object store for all servers, or mends it. */
    void store(FaultProxy.Mode mode) {
        storeOf.forEach(way -> way.set(mode));
    }

    /** Cuts a server off from the object store: nothing arrives, and no line breaks. */
    void cutFromStore(int i) throws Exception {
        TestNetwork network = surroundings.network;
        if (network == null) {
            storeOf.get(i).set(FaultProxy.Mode.HANG);
        } else {
            network.dropTo(storeOf.get(i).port(), i);
        }
    }

    /** Ends that. */
    void joinToStore(int i) throws Exception {
        TestNetwork network = surroundings.network;
        if (network == null) {
            storeOf.get(i).set(FaultProxy.Mode.REFUSE);
            storeOf.get(i).set(FaultProxy.Mode.PASS);
        } else {
            network.heal();
        }
    }

    ServerProcess server(int i) {
        return servers.get(i);
    }

    /** Cuts a server off from all members of etcd: nothing arrives, and no line breaks. */
    void cutFromEtcd(int i) throws Exception {
        etcdOf.get(i).forEach(way -> way.set(FaultProxy.Mode.HANG));
        TestNetwork network = surroundings.network;
        if (network != null) {
            for (URI member : members()) {
                network.dropTo(member.getPort(), i);
            }
        }
    }

    /** Ends that. */
    void joinToEtcd(int i) throws Exception {
        etcdOf.get(i).forEach(way -> way.set(FaultProxy.Mode.REFUSE));
        etcdOf.get(i).forEach(way -> way.set(FaultProxy.Mode.PASS));
        TestNetwork network = surroundings.network;
        if (network != null) {
            network.heal();
        }
    }

    private List<URI> members() throws IOException {
        return Stream.of(etcd.uri().substring("etcd://".length()).split(","))
                .map(member -> URI.create("http://" + member))
                .toList();
    }

    /** The tree that has {@code pfs} in it. */
    static Path root() {
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
        for (URI member : members()) {
            proxies.add(new FaultProxy(member.getPort()));
        }
        return proxies;
    }

    private ServerProcess start(int i) throws IOException {
        TestNetwork network = surroundings.network;
        String ways =
                etcdOf.get(i).stream()
                        .map(proxy -> "127.0.0.1:" + proxy.port())
                        .collect(Collectors.joining(","));
        String meta = network == null ? "etcd://" + ways : etcd.uri();
        String packs =
                "s3://pfs/%s?create=true&region=us-east-1&endpoint=http://%s:%d"
                        .formatted(
                                prefix,
                                network == null ? "127.0.0.1" : network.host(),
                                storeOf.get(i).port());
        List<String> flags =
                new ArrayList<>(List.of("--meta", meta, "--store", packs, "--runtime", "process"));
        if (network != null) {
            flags.addAll(List.of("--insecure", "--allow-process"));
        }
        Map<String, String> environment = new TreeMap<>(ceph.variables("credentials"));
        environment.putAll(WrongClock.variables(surroundings.clocks.get(i)));
        return ServerProcess.start(
                root,
                directory.resolve("server-" + i),
                network == null ? List.of() : network.on(i),
                network == null ? "127.0.0.1" : network.address(i),
                ports[i],
                flags,
                environment);
    }

    /** The URI of a path on one of them, another one each time. */
    URI any(String target) {
        return servers.get(Math.floorMod(turn.incrementAndGet(), SERVERS)).uri(target);
    }

    /** Milliseconds until writes are taken through each server. */
    long back() throws Exception {
        return back(IntStream.range(0, SERVERS).boxed().toList());
    }

    /** Milliseconds until writes are taken through each of these, one after the other. */
    long back(List<Integer> through) throws Exception {
        long begun = System.nanoTime();
        String last = "";
        int taken = 0;
        while (taken < through.size()) {
            HttpRequest put =
                    HttpRequest.newBuilder(servers.get(through.get(taken)).uri("/pfs/probe"))
                            .timeout(Duration.ofSeconds(20))
                            .PUT(HttpRequest.BodyPublishers.ofString("x"))
                            .build();
            try {
                HttpResponse<String> answer = http.send(put, HttpResponse.BodyHandlers.ofString());
                taken = answer.statusCode() / 100 == 2 ? taken + 1 : 0;
                last = answer.statusCode() + " " + answer.body();
            } catch (IOException e) {
                taken = 0;
                last = e.toString();
            }
            if (taken == 0) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(System.nanoTime() - begun)
                    .as("service comes back; the last answer: %s", last)
                    .isLessThan(180_000_000_000L);
        }
        return (System.nanoTime() - begun) / 1_000_000;
    }

    /** The server that leads, as one of them says; the first if nobody knows for ten seconds. */
    int leader() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < end) {
            for (int s = 0; s < SERVERS; s++) {
                if (leaderAs(s).endsWith(":" + ports[s])) {
                    return s;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return 0;
    }

    /** Whose lease it is, as a server says: the roles that it lists are two seconds old at most. */
    private String leaderAs(int server) throws InterruptedException {
        HttpRequest ask =
                HttpRequest.newBuilder(servers.get(server).uri("/cluster"))
                        .timeout(Duration.ofSeconds(5))
                        .header("Accept", "application/json")
                        .build();
        try {
            String answer = http.send(ask, HttpResponse.BodyHandlers.ofString()).body();
            Matcher leader = LEADER.matcher(answer);
            return leader.find() ? leader.group(1) : "";
        } catch (IOException e) {
            // another one is asked
            return "";
        }
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
        for (FaultProxy way : storeOf) {
            way.close();
        }
        etcd.close();
        if (surroundings.ownCeph) {
            ceph.close();
        }
        http.close();
        if (surroundings.network != null) {
            surroundings.network.close();
        }
    }
}
