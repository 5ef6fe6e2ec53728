package pfs.testing.server;

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
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;
import pfs.cluster.FaultProxy;
import pfs.testing.history.Event;
import pfs.testing.history.HistoryChecker;
import pfs.testing.history.Ledger;

/**
 * Three servers over three members of etcd and a Ceph, asked in turn by clients that write down
 * what they were told, while one thing after the other breaks: nothing that was acknowledged is
 * lost, nobody is told a lie, and service is back soon after each fault. {@code
 * -Dpfs.chaos.rounds=N} breaks everything N times (a round takes about two minutes).
 */
class ChaosTest {
    private static final int SERVERS = 3;
    private static final int CLIENTS = 6;
    private static final long FAULT_MILLIS = 5_000;
    private static final long CALM_MILLIS = 2_000;
    private static final Duration BACK = Duration.ofSeconds(15);

    @TempDir Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<List<FaultProxy>> etcdOf = new ArrayList<>();
    private final int[] ports = new int[SERVERS];
    private final List<String> told = new ArrayList<>();
    private Engine etcd;
    private Engine ceph;
    private FaultProxy store;
    private Path root;

    /** Something that breaks, and is mended by the second part. */
    private interface Step {
        void run() throws Exception;
    }

    @Test
    void nothingAcknowledgedIsLostWhateverBreaks() throws Exception {
        long seed = Long.getLong("pfs.seed", 1);
        root = root();
        assumeTrue(
                Files.exists(root.resolve(".pfs/current")),
                "no server is built: ./pfs version, or bin/test, builds one");
        etcd = Engine.start(directory, "etcd");
        ceph = Engine.start(directory, "ceph");
        try (FaultProxy proxy = new FaultProxy(URI.create(endpoint()).getPort())) {
            store = proxy;
            for (int i = 0; i < SERVERS; i++) {
                ports[i] = ServerProcess.freePort();
                etcdOf.add(proxies());
                servers.add(start(i));
            }
            back();
            clientsBeside(seed, Integer.getInteger("pfs.chaos.rounds", 1));
        } finally {
            servers.forEach(ServerProcess::close);
            for (List<FaultProxy> proxies : etcdOf) {
                for (FaultProxy proxy : proxies) {
                    proxy.close();
                }
            }
            etcd.close();
            ceph.close();
        }
        told.forEach(System.out::println);
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

    private URI any(String target) {
        int port = ports[Math.floorMod(turn.incrementAndGet(), SERVERS)];
        return URI.create("http://127.0.0.1:" + port + target);
    }

    private void clientsBeside(long seed, int rounds) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong values = new AtomicLong();
        List<Recorder> recorders = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Recorder recorder = new Recorder(http, this::any, i, seed * 100 + i, values, stop);
                recorders.add(recorder);
                running.add(
                        threads.submit(
                                () -> {
                                    recorder.run();
                                    return null;
                                }));
            }
            try {
                Random random = new Random(seed);
                for (int round = 0; round < rounds; round++) {
                    breakEverything(random);
                }
            } finally {
                stop.set(true);
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        List<Event> events = new ArrayList<>();
        recorders.forEach(recorder -> events.addAll(recorder.events()));
        Ledger ledger = HistoryTorture.ledger(http, this::any, events);
        assertThat(HistoryChecker.check(events, ledger)).as("seed " + seed).isEmpty();
        long done = events.stream().filter(Event::done).count();
        assertThat(done).as("calls that were answered").isGreaterThan(100);
        told.add(
                events.size()
                        + " calls, "
                        + done
                        + " answered, "
                        + ledger.commits().size()
                        + " commits: no promise broken");
    }

    private void breakEverything(Random random) throws Exception {
        int any = random.nextInt(SERVERS);
        String member = "e" + (1 + random.nextInt(3));
        String osd = "osd" + random.nextInt(3);
        fault("the leader killed", this::killLeader);
        fault("a server killed", () -> kill(any));
        fault("the leader stopped for a while", this::freezeLeader);
        fault("the leader cut off from etcd", this::cutOffLeader);
        fault("a member of etcd stopped", () -> freeze(List.of(member)));
        fault("a member of etcd killed", () -> killMember(member));
        fault("the quorum of etcd lost", this::loseQuorum);
        fault("an OSD killed", () -> killOsd(osd));
        for (FaultProxy.Mode mode :
                List.of(
                        FaultProxy.Mode.ANSWER_500,
                        FaultProxy.Mode.ANSWER_503,
                        FaultProxy.Mode.HANG,
                        FaultProxy.Mode.LOSE_ANSWERS)) {
            fault("the object store: " + mode, () -> storeIn(mode));
        }
    }

    /** Breaks something, and waits until a write is taken again. */
    private void fault(String what, Step step) throws Exception {
        TimeUnit.MILLISECONDS.sleep(CALM_MILLIS);
        step.run();
        long millis = back();
        told.add(what + ": back after " + millis + " ms");
        assertThat(millis).as(what).isLessThan(BACK.toMillis() * slowness());
    }

    /** How much slower than by itself this machine may be: it runs other tests too. */
    private static int slowness() {
        return Integer.getInteger("pfs.slowness", 2);
    }

    /** Milliseconds until writes are taken through each server. */
    private long back() throws Exception {
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
    private int leader() throws Exception {
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

    private void killLeader() throws Exception {
        kill(leader());
    }

    private void kill(int i) throws Exception {
        servers.get(i).kill();
        servers.set(i, start(i));
    }

    /** It thinks that it leads when it goes on; another does. */
    private void freezeLeader() throws Exception {
        ServerProcess server = servers.get(leader());
        server.signal("STOP");
        TimeUnit.MILLISECONDS.sleep(2 * FAULT_MILLIS);
        server.signal("CONT");
    }

    private void cutOffLeader() throws Exception {
        List<FaultProxy> ways = etcdOf.get(leader());
        ways.forEach(way -> way.set(FaultProxy.Mode.HANG));
        TimeUnit.MILLISECONDS.sleep(2 * FAULT_MILLIS);
        ways.forEach(way -> way.set(FaultProxy.Mode.REFUSE));
        ways.forEach(way -> way.set(FaultProxy.Mode.PASS));
    }

    private void freeze(List<String> members) throws Exception {
        for (String member : members) {
            etcd.freeze(member);
        }
        TimeUnit.MILLISECONDS.sleep(FAULT_MILLIS);
        for (String member : members) {
            etcd.thaw(member);
        }
    }

    private void killMember(String member) throws Exception {
        etcd.kill(member);
        TimeUnit.MILLISECONDS.sleep(FAULT_MILLIS);
        etcd.restart(member);
    }

    /** Writes are refused when the lease is over; commits are read all the while. */
    private void loseQuorum() throws Exception {
        String id = text("POST", "/commit?message=before");
        String target = "/pfs/probe?commit=" + id;
        assertThat(text("GET", target)).isEqualTo("x");
        int leads = leader();
        etcd.freeze("e1");
        etcd.freeze("e2");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3 * FAULT_MILLIS);
        boolean refused = false;
        while (System.nanoTime() < end) {
            URI uri = servers.get(leads).uri(target);
            HttpResponse<String> read =
                    http.send(
                            HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
            HttpRequest put =
                    HttpRequest.newBuilder(servers.get(leads).uri("/pfs/refused"))
                            .timeout(Duration.ofSeconds(20))
                            .PUT(HttpRequest.BodyPublishers.ofString("y"))
                            .build();
            refused |= http.send(put, HttpResponse.BodyHandlers.ofString()).statusCode() == 503;
            TimeUnit.MILLISECONDS.sleep(100);
        }
        etcd.thaw("e1");
        etcd.thaw("e2");
        assertThat(refused).as("writes are refused without a quorum").isTrue();
    }

    private String text(String method, String target) throws Exception {
        for (int i = 0; ; i++) {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(any(target))
                                    .timeout(Duration.ofSeconds(20))
                                    .header(
                                            "Idempotency-Key",
                                            "chaos " + target + turn.get() / 1000)
                                    .method(method, HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 == 2 || i == 20) {
                return answer.body().strip();
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private void killOsd(String osd) throws Exception {
        ceph.kill(osd);
        TimeUnit.MILLISECONDS.sleep(FAULT_MILLIS);
        ceph.restart(osd);
    }

    private void storeIn(FaultProxy.Mode mode) throws Exception {
        store.set(mode);
        TimeUnit.MILLISECONDS.sleep(FAULT_MILLIS);
        store.set(FaultProxy.Mode.PASS);
    }
}
