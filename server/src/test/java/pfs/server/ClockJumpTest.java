package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.embedded.EmbeddedStore;
import pfs.server.http.Limits;
import pfs.server.start.Additions;
import pfs.server.start.HttpServer;
import pfs.server.start.Listen;
import pfs.server.start.Settings;

/** The machine's clock goes an hour off, forwards and back, while the server works. */
class ClockJumpTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private Path directory;
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final InstantSource clock = () -> now;
    private EmbeddedStore store;
    private HttpServer server;

    @BeforeEach
    void start(@TempDir Path data) throws IOException {
        directory = data;
        open();
    }

    private void open() throws IOException {
        store = EmbeddedStore.open(directory, clock, pfs.repo.Settings.standard());
        Settings settings =
                new Settings(
                        new Listen("127.0.0.1", 0),
                        directory,
                        null,
                        List.of(),
                        Limits.USUAL,
                        false);
        server = HttpServer.start(store.repos(), settings, clock, Additions.NONE);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        store.close();
        client.close();
    }

    private void restart() throws IOException {
        server.close();
        store.close();
        open();
    }

    private HttpResponse<String> send(String method, String path, String body) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    private String commit(int number) {
        assertThat(send("PUT", "/pfs/f", "version " + number).statusCode()).isIn(200, 201);
        HttpResponse<String> commit = send("POST", "/commit?message=m" + number, "");
        assertThat(commit.statusCode()).isEqualTo(201);
        return commit.body().strip();
    }

    private String read(String commit) {
        HttpResponse<String> answer = send("GET", "/pfs/f?commit=" + commit, "");
        assertThat(answer.statusCode()).as(commit + ": " + answer.body()).isEqualTo(200);
        return answer.body();
    }

    private void assertHistory(List<String> commits) {
        int last = commits.size() - 1;
        for (int i = 0; i <= last; i++) {
            assertThat(read(commits.get(i))).isEqualTo("version " + i);
            assertThat(read(Integer.toString(i + 1))).isEqualTo("version " + i);
            assertThat(read("master~" + (last - i))).isEqualTo("version " + i);
        }
        String log = send("GET", "/commits?limit=1000", "").body();
        int at = -1;
        for (int i = last; i >= 0; i--) {
            int next = log.indexOf(commits.get(i).substring(0, 12), at + 1);
            assertThat(next).as("commit %s in the log", i).isGreaterThan(at);
            at = next;
        }
        assertThat(send("GET", "/pfs/f", "").body()).isEqualTo("version " + last);
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, 3600, -1, 1})
    void historyIsInTheOrderOfCommitsWhateverTheClockSays(long seconds) throws IOException {
        List<String> commits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            commits.add(commit(i));
        }
        now = now.plusSeconds(seconds);
        for (int i = 4; i < 8; i++) {
            commits.add(commit(i));
        }
        assertHistory(commits);
        restart();
        assertHistory(commits);
        now = now.minusSeconds(seconds);
        commits.add(commit(8));
        restart();
        assertHistory(commits);
    }

    @Test
    void whatATimeNamesIsACommitOfTheBranchAlsoWhenTimeWentBack() {
        List<String> commits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            commits.add(commit(i));
            now = now.plusSeconds(60);
        }
        now = now.minus(Duration.ofHours(1));
        commits.add(commit(3));
        for (String time : List.of("2026-11-22T10:01:30Z", "2026-11-22T12:00:00Z")) {
            HttpResponse<String> at = send("GET", "/pfs/f?commit=master@%7B" + time + "%7D", "");
            assertThat(at.statusCode()).isEqualTo(200);
            assertThat(at.body()).startsWith("version ");
        }
        assertHistory(commits);
    }

    @Test
    void nothingIsLostAndKeysHoldWhenTheClockJumpsAtRandom() throws IOException {
        long seed = Long.getLong("pfs.seed", 1);
        Random random = new Random(seed);
        List<String> commits = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            now = now.plusSeconds(random.nextInt(7201) - 3600);
            commits.add(commit(i));
            if (random.nextInt(10) == 0) {
                restart();
            }
            if (random.nextInt(10) == 0) {
                assertThat(send("POST", "/gc?trash=60", "").statusCode()).isEqualTo(200);
            }
        }
        assertThat(send("POST", "/fsck", "").statusCode()).as("seed %s", seed).isEqualTo(200);
        assertHistory(commits);
    }
}
