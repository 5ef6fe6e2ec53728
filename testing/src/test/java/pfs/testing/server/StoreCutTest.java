package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.FaultProxy;

/** Three servers of which one, or all, do not reach the object store. */
class StoreCutTest {
    @TempDir static Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static void soon(String what, long millis) {
        System.out.println(what + ": back after " + millis + " ms");
        assertThat((double) millis)
                .as(what)
                .isLessThan(ChaosTest.BACK.toMillis() * ChaosTest.slowness());
    }

    private static HttpResponse<String> ask(int server, String method, String target)
            throws Exception {
        return cluster.http()
                .send(
                        HttpRequest.newBuilder(cluster.server(server).uri(target))
                                .timeout(Duration.ofSeconds(60))
                                .method(method, HttpRequest.BodyPublishers.ofString("y"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aLeaderThatDoesNotReachTheObjectStoreLetsAnotherLead() throws Exception {
        int cut = cluster.leader();
        assertThat(ask(cut, "PUT", "/pfs/kept").statusCode()).isBetween(200, 201);
        cluster.cutFromStore(cut);
        try {
            soon("the leader cut off from the object store", cluster.back());
            assertThat(cluster.leader()).isNotEqualTo(cut);
            // through the one that is cut off too, as it passes on
            assertThat(ask(cut, "GET", "/pfs/kept").body()).isEqualTo("y");
            assertThat(ask(cut, "PUT", "/pfs/through").statusCode()).isBetween(200, 201);
        } finally {
            cluster.joinToStore(cut);
        }
        assertThat(cluster.text("GET", "/pfs/through")).isEqualTo("y");
        soon("the leader joined again", cluster.back());
    }

    @Test
    void whenTheObjectStoreIsAwayForAllNothingIsLostAndWhoLedReadsCommits() throws Exception {
        int led = cluster.leader();
        assertThat(ask(led, "PUT", "/pfs/before").statusCode()).isBetween(200, 201);
        String commit = cluster.text("POST", "/commit?message=before");
        String target = "/pfs/before?commit=" + commit;
        assertThat(ask(led, "GET", target).body()).isEqualTo("y");
        cluster.store(FaultProxy.Mode.HANG);
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() < end) {
                HttpResponse<String> read = ask(led, "GET", target);
                assertThat(read.statusCode()).as(read.body()).isEqualTo(200);
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } finally {
            cluster.store(FaultProxy.Mode.PASS);
        }
        soon("the object store away for all", cluster.back());
        assertThat(cluster.text("GET", "/pfs/before")).isEqualTo("y");
        assertThat(cluster.text("GET", target)).isEqualTo("y");
    }
}
