package pfs.server.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.runtime.process.ProcessRuntime;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.MemoryPackStore;
import pfs.server.http.Limits;
import pfs.server.start.Additions;
import pfs.server.start.Listen;
import pfs.server.start.Opened;
import pfs.server.start.Settings;
import pfs.shared.SharedHome;

/** Servers over engines in memory, whose ways to the packs are cut. */
class StoreWatchTest {
    private static final Duration TERM = Duration.ofSeconds(2);

    /** Far more than it takes where nothing else is at work. */
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir private Path directory;

    private final MetaStore meta = new MemoryMetaStore(InstantSource.system());
    private final MemoryPackStore packs = new MemoryPackStore();
    private final List<SharedServer> servers = new ArrayList<>();
    private final List<CutPackStore> ways = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(1);

    private void start(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Path home = Files.createDirectories(directory.resolve("server-" + i));
            CutPackStore way = new CutPackStore(packs);
            SharedServer.Plan plan =
                    new SharedServer.Plan(
                            meta,
                            SharedHome.open(home, way, 64 << 20, random),
                            "server-" + i,
                            null,
                            null,
                            TERM);
            ways.add(way);
            servers.add(
                    SharedServer.start(
                            plan,
                            new Settings(
                                    new Listen("127.0.0.1", 0),
                                    home,
                                    null,
                                    List.of(),
                                    Limits.USUAL,
                                    false),
                            InstantSource.system(),
                            new ProcessRuntime(home.resolve("process")),
                            (_, _) -> nothingMore()));
        }
        Awaitility.await().atMost(LONG).until(() -> leader().isPresent());
        // until all know that there are others
        Thread.sleep(TERM.toMillis());
    }

    private static Opened nothingMore() {
        return new Opened() {
            @Override
            public Additions additions() {
                return Additions.NONE;
            }

            @Override
            public void close() {}
        };
    }

    @AfterEach
    void stop() throws IOException {
        ways.forEach(way -> way.cut(false));
        for (SharedServer server : servers) {
            server.close();
        }
        http.close();
    }

    private Optional<Integer> leader() {
        return java.util.stream.IntStream.range(0, servers.size())
                .boxed()
                .filter(i -> servers.get(i).leads())
                .findFirst();
    }

    private HttpResponse<String> send(int server, String method, String target, String body)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(servers.get(server).url() + target))
                        .timeout(LONG)
                        .method(method, HttpRequest.BodyPublishers.ofString(body, UTF_8))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Until it is taken: a server that does not lead any more says so for a moment. */
    private void put(int server, String text) {
        Awaitility.await()
                .atMost(LONG)
                .until(() -> send(server, "PUT", "/pfs/f", text).statusCode() / 100 == 2);
    }

    private void awaitText(int server, String text) {
        Awaitility.await()
                .atMost(LONG)
                .until(() -> send(server, "GET", "/pfs/f", "").body().equals(text));
    }

    @Test
    void aLeaderThatHearsNothingFromTheStoreGivesTheLeadToOneThatDoes() throws Exception {
        start(2);
        int first = leader().orElseThrow();
        int other = 1 - first;
        put(other, "before");
        ways.get(first).cut(true);
        Awaitility.await().atMost(LONG).until(() -> servers.get(other).leads());
        awaitText(first, "before");
        put(first, "after");
        // as long as it is cut, the lease stays where it is of use
        Thread.sleep(3 * TERM.toMillis());
        assertThat(leader()).contains(other);
        ways.get(first).cut(false);
        ways.get(other).cut(true);
        Awaitility.await().atMost(LONG).until(() -> servers.get(first).leads());
        awaitText(other, "after");
    }

    @Test
    void aWriteThatWaitsForTheStoreIsToldBeforeTheStoresPatienceEnds() throws Exception {
        start(2);
        int first = leader().orElseThrow();
        put(first, "before");
        ways.get(first).cut(true);
        long begun = System.nanoTime();
        assertThat(send(first, "PUT", "/pfs/f", "waits").statusCode()).isGreaterThanOrEqualTo(500);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(StoreWatch.PATIENCE, StoreWatch.PATIENCE.plusSeconds(8));
    }

    @Test
    void whenTheStoreIsAwayForAllCommitsAreReadAndTheFirstToHearOfItLeads() throws Exception {
        start(2);
        int first = leader().orElseThrow();
        put(first, "before");
        String commit = send(first, "POST", "/commit?message=m", "").body().strip();
        ways.forEach(way -> way.cut(true));
        Awaitility.await()
                .during(Duration.ofSeconds(5))
                .atMost(LONG)
                .until(() -> leader().isEmpty() && meta.holder(SharedServer.LEADER).isEmpty());
        assertThat(send(first, "GET", "/pfs/f?commit=" + commit, "").body()).isEqualTo("before");
        assertThat(send(first, "PUT", "/pfs/f", "refused").statusCode()).isEqualTo(503);
        assertThat(send(first, "GET", "/pfs/f?commit=" + "0".repeat(64), "").statusCode())
                .as("a commit that another may have made")
                .isEqualTo(503);
        ways.forEach(way -> way.cut(false));
        Awaitility.await().atMost(LONG).until(() -> leader().isPresent());
        awaitText(first, "before");
        put(first, "after");
    }

    @Test
    void whoIsAloneKeepsTheLease() throws Exception {
        start(1);
        put(0, "before");
        MetaStore.Lease lease = meta.holder(SharedServer.LEADER).orElseThrow();
        ways.getFirst().cut(true);
        Thread.sleep(StoreWatch.PATIENCE.plus(TERM));
        assertThat(meta.holder(SharedServer.LEADER)).contains(lease);
        ways.getFirst().cut(false);
        put(0, "after");
        assertThat(meta.holder(SharedServer.LEADER)).contains(lease);
    }
}
