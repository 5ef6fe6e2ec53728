package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import pfs.cluster.FaultProxy;

/** What can break in a cluster. Each fault is over when its step returns. */
final class ChaosFaults {
    private static final long FAULT_MILLIS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TestCluster cluster;
    private final Random random;

    /** Something that breaks, and is mended. */
    interface Step {
        void run() throws Exception;
    }

    /** One fault, and what a report calls it. */
    record Fault(String name, Step step) {}

    /**
     * @param random chooses who is hit
     */
    ChaosFaults(TestCluster cluster, Random random) {
        this.cluster = cluster;
        this.random = random;
    }

    /** All that can break here, each once. */
    List<Fault> all() {
        int any = random.nextInt(TestCluster.SERVERS);
        String member = "e" + (1 + random.nextInt(3));
        String osd = "osd" + random.nextInt(3);
        List<Fault> all =
                new ArrayList<>(
                        List.of(
                                new Fault("the leader killed", this::killLeader),
                                new Fault("a server killed", () -> cluster.kill(any)),
                                new Fault("the leader stopped for a while", this::freezeLeader),
                                new Fault("the leader cut off from etcd", this::cutOffLeader),
                                new Fault(
                                        "the leader cut off from the object store",
                                        this::cutOffLeaderFromStore),
                                new Fault("the object store away for long", this::loseStore),
                                new Fault("a member of etcd stopped", () -> freeze(member)),
                                new Fault("a member of etcd killed", () -> killMember(member)),
                                new Fault("the quorum of etcd lost", this::loseQuorum),
                                new Fault("an OSD killed", () -> killOsd(osd))));
        for (FaultProxy.Mode mode :
                List.of(
                        FaultProxy.Mode.ANSWER_500,
                        FaultProxy.Mode.ANSWER_503,
                        FaultProxy.Mode.HANG,
                        FaultProxy.Mode.LOSE_ANSWERS)) {
            all.add(new Fault("the object store: " + mode, () -> storeIn(mode)));
        }
        TestNetwork network = cluster.network();
        if (network != null) {
            all.addAll(partitions(network, any));
        }
        return all;
    }

    private List<Fault> partitions(TestNetwork network, int any) {
        return List.of(
                new Fault(
                        "the leader's node parted from the others",
                        () -> part(network, cluster.leader())),
                new Fault("a node parted from the others", () -> part(network, any)),
                new Fault(
                        "the leader's node heard by nobody",
                        () -> {
                            int leader = cluster.leader();
                            for (int other : others(leader)) {
                                network.drop(leader, other);
                            }
                            pause(2 * FAULT_MILLIS);
                            network.heal();
                        }));
    }

    private static List<Integer> others(int server) {
        return IntStream.range(0, TestCluster.SERVERS).filter(i -> i != server).boxed().toList();
    }

    /** The two that still hear each other, and have a quorum of etcd, serve without the third. */
    private void part(TestNetwork network, int node) throws Exception {
        network.isolate(node);
        try {
            cluster.back(others(node));
        } finally {
            network.heal();
        }
    }

    private static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }

    private void killLeader() throws Exception {
        cluster.kill(cluster.leader());
    }

    /** It thinks that it leads when it goes on; another does. */
    private void freezeLeader() throws Exception {
        ServerProcess server = cluster.server(cluster.leader());
        server.signal("STOP");
        pause(2 * FAULT_MILLIS);
        server.signal("CONT");
    }

    private void cutOffLeader() throws Exception {
        int leader = cluster.leader();
        cluster.cutFromEtcd(leader);
        pause(2 * FAULT_MILLIS);
        cluster.joinToEtcd(leader);
    }

    /**
     * It gives the lead to one that hears from the store, and passes requests on to that one. That
     * may take twice the time in which service is back after a fault, for this one lasts on, and
     * who takes over after many rounds has much to read.
     */
    private void cutOffLeaderFromStore() throws Exception {
        int leader = cluster.leader();
        cluster.cutFromStore(leader);
        try {
            long millis = cluster.back();
            double slowness = ChaosTest.slowness();
            assertThat((double) millis)
                    .as("service without the leader's way to the object store")
                    .isLessThan(2 * ChaosTest.BACK.toMillis() * slowness);
        } finally {
            cluster.joinToStore(leader);
        }
    }

    /** Long enough for the lease to go round. */
    private void loseStore() throws Exception {
        cluster.store(FaultProxy.Mode.HANG);
        pause(5 * FAULT_MILLIS);
        cluster.store(FaultProxy.Mode.PASS);
    }

    private void freeze(String member) throws Exception {
        cluster.etcd().freeze(member);
        pause(FAULT_MILLIS);
        cluster.etcd().thaw(member);
    }

    private void killMember(String member) throws Exception {
        cluster.etcd().kill(member);
        pause(FAULT_MILLIS);
        cluster.etcd().restart(member);
    }

    /** Writes are refused when the lease is over; commits are read all the while. */
    private void loseQuorum() throws Exception {
        String id = cluster.text("POST", "/commit?message=before");
        String target = "/pfs/probe?commit=" + id;
        assertThat(cluster.text("GET", target)).isEqualTo("x");
        int leads = cluster.leader();
        cluster.etcd().freeze("e1");
        cluster.etcd().freeze("e2");
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3 * FAULT_MILLIS);
        boolean refused = false;
        while (System.nanoTime() < end) {
            HttpResponse<String> read = send(HttpRequest.newBuilder(uri(leads, target)));
            assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
            HttpRequest.Builder put =
                    HttpRequest.newBuilder(uri(leads, "/pfs/refused"))
                            .PUT(HttpRequest.BodyPublishers.ofString("y"));
            refused |= send(put).statusCode() == 503;
            pause(100);
        }
        cluster.etcd().thaw("e1");
        cluster.etcd().thaw("e2");
        assertThat(refused).as("writes are refused without a quorum").isTrue();
    }

    private URI uri(int server, String target) {
        return cluster.server(server).uri(target);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return cluster.http()
                .send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    private void killOsd(String osd) throws Exception {
        cluster.ceph().kill(osd);
        pause(FAULT_MILLIS);
        cluster.ceph().restart(osd);
    }

    private void storeIn(FaultProxy.Mode mode) throws Exception {
        cluster.store(mode);
        pause(FAULT_MILLIS);
        cluster.store(FaultProxy.Mode.PASS);
    }
}
