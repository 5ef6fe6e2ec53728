package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.cluster.Engine;

/** A real server that is told of metadata and a bucket that do not belong together. */
class ForeignStoreTest {
    private static Engine etcd;
    private static Engine ceph;

    @TempDir private Path directory;

    private final String name = "f" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(
                Files.exists(TestCluster.root().resolve(".pfs/current")),
                "no server is built: ./pfs version, or bin/test, builds one");
        etcd = Engine.shared("etcd");
        ceph = Engine.shared("ceph");
    }

    private ServerProcess server(String data, String meta, String packs) throws Exception {
        String address = ceph.uri();
        String store =
                "s3://pfs/%s?create=true&region=us-east-1&%s"
                        .formatted(packs, address.substring(address.indexOf("endpoint=")));
        return ServerProcess.start(
                TestCluster.root(),
                directory.resolve(data),
                ServerProcess.SHORT_LIVED,
                ServerProcess.freePort(),
                List.of("--meta", etcd.uri() + "/" + meta, "--store", store),
                ceph.variables("credentials"));
    }

    private static int send(HttpClient http, ServerProcess server, String method, String body)
            throws Exception {
        return http.send(
                        HttpRequest.newBuilder(server.uri("/pfs/f"))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void serves(String meta, String packs, String method, int status) throws Exception {
        try (ServerProcess server = server("own", meta, packs);
                HttpClient http = HttpClient.newHttpClient()) {
            server.awaitReady();
            int answer = send(http, server, method, "x");
            // it is there before it leads
            for (int i = 0; answer == 503 && i < 300; i++) {
                TimeUnit.MILLISECONDS.sleep(100);
                answer = send(http, server, method, "x");
            }
            assertThat(answer).isEqualTo(status);
            assertThat(server.stop()).isIn(0, 143);
        }
    }

    private void refuses(String meta, String packs, String why) throws Exception {
        try (ServerProcess server = server("other", meta, packs)) {
            assertThat(server.ended()).isPositive();
            assertThat(server.tail()).contains(why);
        }
    }

    @Test
    void aServerRefusesABucketOfAnotherStoreAndLeavesItAsItIs() throws Exception {
        String other = name + "-other";
        serves(name, name, "PUT", 201);
        refuses(other, name, "the metadata at --meta are not those of it");
        refuses(name, other, "is the bucket or the prefix another one?");
        serves(other, other, "PUT", 201);
        refuses(other, name, "they do not belong together");
        serves(name, name, "GET", 200);
    }
}
