package pfs.testing.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster on one machine with one command, and gone with another. */
class ClusterScriptTest {
    private static final Pattern SERVER = Pattern.compile("server \\d: (http://\\S+)");

    @TempDir Path directory;

    private record Ended(int code, String output) {}

    private static Ended cluster(String... arguments) throws IOException, InterruptedException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("bin/cluster"))) {
            root = Objects.requireNonNull(root.getParent());
        }
        List<String> command = new ArrayList<>(List.of(root.resolve("bin/cluster").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (InputStream out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), text);
        }
    }

    private static String send(HttpClient http, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer =
                http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    @Test
    void serversComeUpOverTheirEnginesAndAllIsGoneAfterDown() throws Exception {
        Ended missing = cluster("missing", "etcd", "ceph");
        assumeTrue(missing.code() == 0, missing.output());
        String at = directory.toString();
        List<String> servers = new ArrayList<>();
        try (HttpClient http = HttpClient.newHttpClient()) {
            Ended up = cluster("up", "2", at);
            assertThat(up.code()).as(up.output()).isZero();
            Matcher server = SERVER.matcher(up.output());
            while (server.find()) {
                servers.add(server.group(1));
            }
            assertThat(servers).hasSize(2).doesNotHaveDuplicates();
            send(
                    http,
                    HttpRequest.newBuilder(URI.create(servers.get(0) + "/pfs/a"))
                            .PUT(HttpRequest.BodyPublishers.ofString("x")));
            assertThat(send(http, HttpRequest.newBuilder(URI.create(servers.get(1) + "/pfs/a"))))
                    .isEqualTo("x");
            assertThat(cluster("up", "2", at).output()).contains("run already");
        } finally {
            Ended down = cluster("down", at);
            assertThat(down.code()).as(down.output()).isZero();
        }
        assertThat(cluster("status", at).output())
                .contains("etcd: stopped", "ceph: stopped", "servers: stopped")
                .doesNotContain("runs");
    }

    @Test
    void aNumberThatIsNoneIsRefused() throws Exception {
        assertThat(cluster("up", "x")).isEqualTo(new Ended(1, refused("x")));
        assertThat(cluster("up", "0")).isEqualTo(new Ended(1, refused("0")));
    }

    private static String refused(String number) {
        return "bin/cluster: up takes a number of servers from 1 on, not '" + number + "'\n";
    }
}
