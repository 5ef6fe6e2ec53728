package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.embedded.EmbeddedStore;
import pfs.server.http.Limits;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Listen;
import pfs.server.start.Settings;
import pfs.server.sync.Cluster;

/** A master and its replicas, each a real server. */
class ReplicaTest {
    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Node> nodes = new ArrayList<>();

    /** A server and its store. */
    private record Node(Path data, EmbeddedStore store, HttpServer server) {
        String url() {
            return server.url();
        }

        void stop() throws IOException {
            server.close();
            store.close();
        }
    }

    @AfterEach
    void stopAll() throws IOException {
        for (Node node : nodes) {
            node.stop();
        }
        client.close();
    }

    private Node start(String name, Cluster.Plan plan) throws IOException {
        return start(name, 0, plan);
    }

    private Node start(String name, int port, Cluster.Plan plan) throws IOException {
        Path data = directory.resolve(name);
        EmbeddedStore store =
                EmbeddedStore.open(data, InstantSource.system(), pfs.repo.Settings.standard());
        Settings settings =
                new Settings(
                        new Listen("127.0.0.1", port), data, null, List.of(), Limits.USUAL, false);
        HttpServer server =
                HttpServer.start(
                        store.repos(),
                        settings,
                        InstantSource.system(),
                        new Additions(List.of(), (_, _, _) -> {}, List.of(), plan));
        Node node = new Node(data, store, server);
        nodes.add(node);
        return node;
    }

    private void stop(Node node) throws IOException {
        nodes.remove(node);
        node.stop();
    }

    private static Cluster.Plan master(int acks, String... replicas) {
        return new Cluster.Plan(
                List.of(replicas),
                acks,
                Duration.ofSeconds(20),
                null,
                Cluster.Writes.FORWARD,
                null,
                null,
                null);
    }

    private static Cluster.Plan replica(@Nullable String of, Cluster.Writes writes) {
        return new Cluster.Plan(List.of(), 0, Duration.ZERO, of, writes, null, null, null);
    }

    private HttpResponse<String> send(String method, Node node, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(node.url() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private String get(Node node, String path) {
        return send("GET", node, path, "").body();
    }

    private String commit(Node node) {
        HttpResponse<String> answer = send("POST", node, "/commit", "");
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return answer.body().strip();
    }

    /** Asks until the answer is right: replicas without acks follow a little later. */
    private void await(Node node, String path, String expected) {
        long end = System.nanoTime() + 20_000_000_000L;
        String answer = get(node, path);
        while (!answer.equals(expected) && System.nanoTime() < end) {
            Thread.onSpinWait();
            answer = get(node, path);
        }
        assertThat(answer).isEqualTo(expected);
    }

    @Test
    void aCommitThatIsAnsweredIsOnTheReplicas() throws IOException {
        Node one = start("one", Cluster.Plan.NONE);
        Node two = start("two", Cluster.Plan.NONE);
        Node master = start("master", master(2, one.url(), two.url()));
        String last = "";
        for (int i = 0; i < 10; i++) {
            send("PUT", master, "/pfs/file", "text " + i);
            last = commit(master);
            for (Node replica : List.of(one, two)) {
                assertThat(get(replica, "/pfs/file?commit=" + last)).isEqualTo("text " + i);
                assertThat(get(replica, "/pfs/file")).isEqualTo("text " + i);
            }
        }
        send("PUT", master, "/repos/other", "");
        send("PUT", master, "/repos/other/pfs/a", "a");
        assertThat(send("POST", master, "/repos/other/commit", "").statusCode()).isEqualTo(201);
        assertThat(get(one, "/repos/other/pfs/a")).isEqualTo("a");
        send("POST", master, "/tags/v1", "");
        await(two, "/tags/v1", last + "\n");
        assertThat(get(master, "/cluster")).startsWith("master  epoch 1\n").contains(one.url());
        assertThat(get(one, "/cluster")).startsWith("replica  epoch 1  master " + master.url());
        assertThat(get(master, "/metrics")).contains("pfs_cluster_lag_seconds");
        send("DELETE", master, "/repos/other?confirm=other", "");
        String list = get(master, "/repos");
        await(one, "/repos", list);
    }

    @Test
    void writesToAReplicaGoToItsMaster() throws IOException {
        Node master = start("master", Cluster.Plan.NONE);
        Node replica = start("replica", replica(master.url(), Cluster.Writes.FORWARD));
        Node strict = start("strict", replica(master.url(), Cluster.Writes.REFUSE));
        Node pointing = start("pointing", replica(master.url(), Cluster.Writes.REDIRECT));
        String large = "0123456789".repeat(200_000);
        assertThat(send("PUT", replica, "/pfs/a%20b?branch=master", large).statusCode())
                .isEqualTo(201);
        assertThat(send("POST", replica, "/pfs/a%20b", "x").statusCode()).isEqualTo(409);
        HttpResponse<String> committed = send("GET", replica, "/commit", "");
        assertThat(committed.statusCode()).isEqualTo(201);
        assertThat(committed.headers().firstValue("ETag")).isPresent();
        assertThat(get(master, "/pfs/a%20b")).isEqualTo(large);
        await(replica, "/commits/master~0", get(master, "/commits/master~0"));
        assertThat(get(replica, "/pfs/a%20b")).isEqualTo(large);
        assertThat(send("DELETE", strict, "/pfs/a%20b", "").statusCode()).isEqualTo(409);
        HttpResponse<String> pointed = send("DELETE", pointing, "/pfs/a%20b?x=y", "");
        assertThat(pointed.statusCode()).isEqualTo(307);
        assertThat(pointed.headers().firstValue("Location"))
                .contains(master.url() + "/pfs/a%20b?x=y");
    }

    @Test
    void aPromotedReplicaTakesOverAndTheOldMasterFollows() throws IOException {
        Node replica = start("replica", Cluster.Plan.NONE);
        Node master = start("master", master(1, replica.url()));
        send("PUT", master, "/pfs/a", "1");
        String first = commit(master);
        assertThat(send("POST", replica, "/promote", "").body()).startsWith("master  epoch 2");
        send("PUT", replica, "/pfs/a", "2");
        String second = commit(replica);
        // The old master still thinks that it is one: what it commits is not acknowledged.
        send("PUT", master, "/pfs/lost", "lost");
        int status = send("POST", master, "/commit", "").statusCode();
        assertThat(status).isIn(409, 503);
        await(master, "/branches/master", second + "\n");
        assertThat(get(master, "/cluster")).startsWith("replica  epoch 2  master " + replica.url());
        assertThat(get(master, "/pfs/a")).isEqualTo("2");
        assertThat(send("GET", master, "/pfs/lost", "").statusCode()).isEqualTo(404);
        assertThat(get(master, "/pfs/a?commit=" + first)).isEqualTo("1");
        send("PUT", master, "/pfs/a", "3");
        String third = commit(master);
        assertThat(get(replica, "/branches/master")).isEqualTo(third + "\n");

        int port = master.server.port();
        stop(master);
        Node again = start("master", port, master(1, replica.url()));
        assertThat(get(again, "/cluster")).startsWith("replica  epoch 2");
    }

    @Test
    void aMasterThatWasAwayLearnsOfTheNewOneBeforeItTakesWrites() throws IOException {
        Node replica = start("replica", Cluster.Plan.NONE);
        Node master = start("master", master(1, replica.url()));
        send("PUT", master, "/pfs/a", "1");
        commit(master);
        int port = master.server.port();
        stop(master);
        send("POST", replica, "/promote", "");
        Node again = start("master", port, master(1, replica.url()));
        assertThat(get(again, "/cluster")).startsWith("replica  epoch 2  master " + replica.url());
    }

    @Test
    void aServerWithItsOwnDataIsNotOverwritten() throws IOException {
        Node own = start("own", Cluster.Plan.NONE);
        send("PUT", own, "/pfs/mine", "mine");
        commit(own);
        Cluster.Plan impatient =
                new Cluster.Plan(
                        List.of(own.url()),
                        1,
                        Duration.ofMillis(200),
                        null,
                        Cluster.Writes.FORWARD,
                        null,
                        null,
                        null);
        Node master = start("master", impatient);
        send("PUT", master, "/pfs/a", "1");
        assertThat(send("POST", master, "/commit", "").statusCode()).isIn(409, 503);
        assertThat(get(own, "/pfs/mine")).isEqualTo("mine");
        assertThat(get(own, "/cluster")).isEqualTo("single\n");
    }

    @Test
    void aCommitThatTooFewHaveIsNotAcknowledged() throws IOException {
        Cluster.Plan plan =
                new Cluster.Plan(
                        List.of("http://127.0.0.1:1"),
                        1,
                        Duration.ofMillis(100),
                        null,
                        Cluster.Writes.FORWARD,
                        null,
                        null,
                        null);
        Node master = start("master", plan);
        send("PUT", master, "/pfs/a", "1");
        for (int i = 0; i < 2; i++) {
            HttpResponse<String> late = send("POST", master, "/commit", "");
            assertThat(late.statusCode()).isEqualTo(503);
            assertThat(late.body()).contains("urn:pfs:not-replicated");
        }
    }
}
