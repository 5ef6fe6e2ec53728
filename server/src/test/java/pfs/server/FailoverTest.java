package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.embedded.EmbeddedStore;
import pfs.meta.MemoryMetaStore;
import pfs.server.http.Limits;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Listen;
import pfs.server.start.Settings;
import pfs.server.sync.Cluster;

/** Three servers that elect their master by a coordinator in memory. */
class FailoverTest {
    private static final int SERVERS = 3;
    private static final Duration TERM = Duration.ofMillis(500);

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final MemoryMetaStore coordinator = new MemoryMetaStore(InstantSource.system());
    private final int[] ports = new int[SERVERS];
    private final Node[] nodes = new Node[SERVERS];

    /** A server and its store. */
    private record Node(EmbeddedStore store, HttpServer server) {
        void stop() throws IOException {
            server.close();
            store.close();
        }
    }

    @BeforeEach
    void choosePorts() throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            ports[i] = socket.getLocalPort();
            taken.add(socket);
        }
        for (ServerSocket socket : taken) {
            socket.close();
        }
    }

    @AfterEach
    void stopAll() throws IOException {
        for (int i = 0; i < SERVERS; i++) {
            stop(i);
        }
        client.close();
    }

    private String url(int i) {
        return "http://127.0.0.1:" + ports[i];
    }

    private void start(int i) throws IOException {
        List<String> others = new ArrayList<>();
        for (int other = 0; other < SERVERS; other++) {
            if (other != i) {
                others.add(url(other));
            }
        }
        start(
                i,
                new Cluster.Plan(
                        others,
                        1,
                        Duration.ofSeconds(30),
                        null,
                        Cluster.Writes.FORWARD,
                        null,
                        null,
                        new Cluster.Elections(coordinator, TERM)));
    }

    private void start(int i, Cluster.Plan plan) throws IOException {
        Path data = directory.resolve("s" + i);
        EmbeddedStore store =
                EmbeddedStore.open(data, InstantSource.system(), pfs.repo.Settings.standard());
        Settings settings =
                new Settings(
                        new Listen("127.0.0.1", ports[i]),
                        data,
                        null,
                        List.of(),
                        Limits.USUAL,
                        false);
        HttpServer server =
                HttpServer.start(
                        store.repos(),
                        settings,
                        InstantSource.system(),
                        new Additions(List.of(), (_, _, _) -> {}, List.of(), plan));
        nodes[i] = new Node(store, server);
    }

    private void stop(int i) throws IOException {
        Node node = nodes[i];
        nodes[i] = null;
        if (node != null) {
            node.stop();
        }
    }

    private HttpResponse<String> send(String method, int i, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url(i) + path))
                        .timeout(Duration.ofSeconds(40))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private int master() {
        for (int i = 0; i < SERVERS; i++) {
            if (nodes[i] != null && send("GET", i, "/cluster", "").body().startsWith("master")) {
                return i;
            }
        }
        return -1;
    }

    /** Waits as long as it takes, minutes at most. */
    private static void until(Callable<Boolean> holds) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        try {
            while (!holds.call()) {
                assertThat(System.nanoTime()).as("three minutes are over").isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private int awaitMaster() {
        int[] found = {-1};
        until(() -> (found[0] = master()) >= 0);
        return found[0];
    }

    /** By any server, until it is taken; the commit's id. A PUT may be lost with its master. */
    private String commit(int by, String name) {
        String[] id = {""};
        until(
                () -> {
                    send("PUT", by, "/pfs/" + name, "text of " + name);
                    HttpResponse<String> answer = send("POST", by, "/commit", "");
                    id[0] = answer.body().strip();
                    return answer.statusCode() == 201;
                });
        return id[0];
    }

    private boolean has(int i, String id, String name) {
        String path = "/pfs/" + name + "?commit=" + id;
        return send("GET", i, path, "").body().equals("text of " + name);
    }

    @Test
    void anotherTakesOverAndTheOldMasterComesBackAsACopy() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            start(i);
        }
        List<String> ids = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            int master = awaitMaster();
            int other = (master + 1) % SERVERS;
            // Whoever is asked, it is the master that writes.
            ids.add(commit(other, "file" + round));
            stop(master);
            int next = awaitMaster();
            for (int i = 0; i < ids.size(); i++) {
                int file = i;
                until(() -> has(next, ids.get(file), "file" + file));
            }
            start(master);
            until(() -> send("GET", master, "/cluster", "").body().contains("master http"));
        }
        for (int i = 0; i < SERVERS; i++) {
            int server = i;
            until(() -> has(server, ids.getLast(), "file2"));
        }
        assertThat(send("POST", 0, "/promote", "").statusCode()).isEqualTo(422);
    }

    @Test
    void noneLeadsAloneAndWithTwoTheNewerOneIsHeard() throws Exception {
        start(0);
        start(1);
        int master = awaitMaster();
        String id = commit(master, "first");
        stop(0);
        stop(1);
        // This one never heard of the commit: alone it must not lead.
        start(2);
        until(() -> coordinator.holder(pfs.meta.Key.of("elections", "master")).isPresent());
        assertThat(send("PUT", 2, "/pfs/x", "x").statusCode()).isEqualTo(409);
        start(0);
        int leads = awaitMaster();
        until(() -> has(leads, id, "first"));
    }

    @Test
    void dataThatWereThereBeforeTheClusterAreItsData() throws Exception {
        start(1, Cluster.Plan.NONE);
        String id = commit(1, "mine");
        stop(1);
        for (int i = 0; i < SERVERS; i++) {
            start(i);
        }
        // An empty server may be elected first; it must give way.
        until(() -> has(0, id, "mine") && has(2, id, "mine"));
    }
}
