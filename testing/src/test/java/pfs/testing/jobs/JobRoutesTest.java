package pfs.testing.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs and runs by HTTP, against a real server that runs a real program. */
class JobRoutesTest {
    @TempDir static Path work;
    private static Path program;
    private static JobServer server;
    private static int repos;
    private String repo = "";

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Programs.there("python3"), "python3 is not installed");
        program = Programs.resource("worker.py", work);
        server = JobServer.ofPrograms(work.resolve("data"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            assertThat(server.stop()).isZero();
            server.close();
            assertThat(Programs.left(work.resolve("data/jobs/tmp"))).isEmpty();
            assertThat(Programs.left(work.resolve("data/jobs/process"))).isEmpty();
        }
    }

    @BeforeEach
    void newRepo() throws Exception {
        repo = "/repos/r" + repos++;
        server.send("PUT", repo, "").expect(201);
    }

    private Path count() {
        return work.resolve("count" + repo.substring(8));
    }

    private String spec(String more) {
        return "{'input': '/in', 'command': ['python3', '"
                + program
                + "'], 'env': {'COUNT': '"
                + count()
                + "'"
                + more;
    }

    private JobServer.Reply send(String method, String path, String body) throws Exception {
        return server.send(method, repo + path, body.replace('\'', '"'));
    }

    private JobServer.Reply get(String path) throws Exception {
        return server.get(repo + path);
    }

    private JobServer.Reply json(String path) throws Exception {
        return server.json(repo + path);
    }

    private List<String> posts() throws IOException {
        return Files.exists(count()) ? Files.readAllLines(count()) : List.of();
    }

    private String commitOf(String text) throws Exception {
        send("PUT", "/pfs/in/a.txt", text);
        return send("POST", "/commit", "").expect(201).text().strip();
    }

    @Test
    void aSpecIsKeptShownListedAndDeleted() throws Exception {
        assertThat(get("/jobs").expect(200).text()).isEmpty();
        JobServer.Reply put = send("PUT", "/jobs/words", spec("}}")).expect(201);
        assertThat(put.header("Pfs-Spec-Version")).isEqualTo("1");
        assertThat(put.header("Location")).isEqualTo(repo + "/jobs/words");
        assertThat(send("PUT", "/jobs/words", spec("}}")).header("Pfs-Spec-Version"))
                .isEqualTo("1");
        JobServer.Reply second = send("PUT", "/jobs/words", spec("}, 'maxBad': 3}")).expect(200);
        assertThat(second.header("Pfs-Spec-Version")).isEqualTo("2");
        assertThat(get("/jobs/words").expect(200).text()).contains("\"maxBad\"").contains("/in");
        assertThat(get("/jobs").text()).startsWith("words  2  run  python3 ");
        assertThat(json("/jobs").text()).contains("\"jobs\"").contains("\"words\"");
        send("DELETE", "/jobs/words", "").expect(204);
        get("/jobs/words").expect(404);
        send("DELETE", "/jobs/words", "").expect(404);
        send("POST", "/run?job=words", "").expect(404);
    }

    @Test
    void whatIsWrongInASpecIsNamed() throws Exception {
        assertThat(send("PUT", "/jobs/x", "{'input': '/', 'imagine': 'x'}").expect(400).text())
                .contains("imagine");
        assertThat(send("PUT", "/jobs/x", "{'input': '/', 'image': 7}").expect(400).text())
                .contains("image");
        assertThat(
                        send("PUT", "/jobs/x", "{'input': '/', 'image': 'x', 'parts': 2}")
                                .expect(400)
                                .text())
                .contains("parts");
        assertThat(send("PUT", "/jobs/x", "not json").expect(400).text()).contains("JSON");
        assertThat(send("PUT", "/jobs/Not%20A%20Name", spec("}}")).expect(400).text())
                .contains("Not A Name");
        send("PUT", "/jobs/x", "{'input': {'job': 'x'}, 'image': 'x'}").expect(400);
    }

    @Test
    void aRunIsStartedShownAndItsOutputIsReadByInput() throws Exception {
        send("PUT", "/jobs/words", spec("}, 'reduce': {'per': 'batch'}}"));
        assertThat(send("POST", "/run?job=words", "").expect(422).text()).contains("no commit");
        get("/jobs/words/pfs/part-00000").expect(404);
        String first = commitOf("one two two");
        JobServer.Reply started = send("POST", "/run?job=words", "").expect(202);
        String id = started.text().strip();
        assertThat(started.header("Location")).isEqualTo(repo + "/runs/" + id);
        assertThat(server.awaitEnd(id, repo)).isEqualTo("succeeded");
        String second = commitOf("three");
        String rerun = send("POST", "/run?job=words&wait", "").expect(200).text().strip();
        assertThat(get("/jobs/words/pfs/part-00000").text()).isEqualTo("three\t1\n");
        assertThat(get("/jobs/words/pfs/part-00000?commit=" + first).text())
                .isEqualTo("one\t1\ntwo\t2\n");
        assertThat(get("/jobs/words/pfs/").text()).isEqualTo("part-00000\n");
        assertThat(get("/pfs/part-00000?branch=jobs/words").text()).isEqualTo("three\t1\n");
        assertThat(get("/runs").text().lines().map(l -> l.substring(0, 20)))
                .containsExactly(rerun, id);
        assertThat(json("/runs?limit=1").text()).contains(rerun).doesNotContain(id);
        assertThat(json("/runs?after=" + rerun).text()).contains(id).doesNotContain(rerun);
        assertThat(json("/runs/" + rerun).text())
                .contains("\"state\":\"succeeded\"")
                .contains("\"posts\":2")
                .contains(second);
        assertThat(get("/runs/" + id).text()).contains("counter  posts=2");
        get("/runs/20000101000000000000").expect(404);
        assertThat(send("PUT", "/pfs/x?branch=jobs/words", "x").status()).isEqualTo(422);
    }

    @Test
    void onlyWhatChangedIsPosted() throws Exception {
        for (int i = 0; i < 20; i++) {
            send("PUT", "/pfs/in/f" + i, "word" + i);
        }
        send("PUT", "/jobs/words", spec("}, 'reduce': {'per': 'batch'}, 'trigger': 'run'}"));
        send("POST", "/commit?run", "").expect(201);
        assertThat(posts()).hasSize(21);
        send("POST", "/run?job=words&wait", "").expect(200);
        assertThat(posts()).hasSize(21);
        send("PUT", "/pfs/in/f7", "changed");
        send("POST", "/commit?run", "").expect(201);
        assertThat(posts().subList(21, posts().size())).containsExactly("/map in/f7", "/reduce -");
        send("DELETE", "/pfs/in/f7", "").expect(204);
        send("POST", "/commit?run", "").expect(201);
        assertThat(posts().subList(23, posts().size())).containsExactly("/reduce -");
        assertThat(get("/jobs/words/pfs/part-00000").text()).hasLineCount(19);
    }

    @Test
    void aFailureSaysWhatWhyAndHowToRepeatIt() throws Exception {
        send("PUT", "/jobs/words", spec("}}"));
        commitOf("poison");
        String problem = send("POST", "/run?job=words&wait", "").expect(422).text();
        assertThat(problem).contains("in/a.txt").contains("422").contains("I do not like poison");
        assertThat(problem).contains("curl");
        send("PUT", "/pfs/in/b.txt", "more");
        assertThat(send("POST", "/commit?run", "").expect(422).text())
                .contains("committed ")
                .contains("I do not like poison");
        assertThat(get("/branches").text()).doesNotContain("jobs/words");
    }

    @Test
    void aRunIsFollowedAndItsLogKept() throws Exception {
        send("PUT", "/jobs/words", spec(", 'PAUSE': '0.3'}}"));
        commitOf("one");
        String id = send("POST", "/run?job=words", "").expect(202).text().strip();
        List<String> events = new ArrayList<>();
        HttpRequest follow =
                HttpRequest.newBuilder(URI.create(server.url() + repo + "/runs/" + id + "?follow"))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> answer =
                    client.send(follow, HttpResponse.BodyHandlers.ofLines());
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(t -> assertThat(t).startsWith("text/event-stream"));
            answer.body().filter(l -> l.startsWith("data: ")).forEach(events::add);
        }
        assertThat(events.getLast()).contains("\"state\":\"succeeded\"");
        assertThat(events.getFirst()).doesNotContain("succeeded");
        assertThat(get("/runs/" + id + "/log").text()).contains("got /map");
        assertThat(get("/runs/" + id + "/log?follow").text()).contains("got /map");
    }

    @Test
    void aCancelledRunEndsItsProgramsAndCommitsNothing() throws Exception {
        send("PUT", "/jobs/words", spec(", 'PAUSE': '60'}}"));
        commitOf("one");
        String id = send("POST", "/run?job=words", "").expect(202).text().strip();
        for (int i = 0; i < 200 && posts().isEmpty(); i++) {
            Thread.sleep(50);
        }
        assertThat(posts()).hasSize(1);
        send("DELETE", "/runs/" + id, "").expect(204);
        assertThat(server.awaitEnd(id, repo)).isEqualTo("cancelled");
        assertThat(Programs.running(count().toString())).isEmpty();
        get("/jobs/words/pfs/").expect(404);
        send("DELETE", "/runs/" + id, "").expect(204);
        send("DELETE", "/runs/20000101000000000000", "").expect(404);
    }

    @Test
    void aServerThatIsToldToStopDoesSoWithRunsUnderWay() throws Exception {
        try (JobServer own = JobServer.ofPrograms(work.resolve("stopped"))) {
            own.put("in/a", "a");
            own.commit();
            own.job("words", spec(", 'PAUSE': '60'}}"));
            own.send("POST", "/run?job=words", "").expect(202);
            HttpClient client = HttpClient.newHttpClient();
            var waiting =
                    client.sendAsync(
                            own.request("POST", "/run?job=words&wait", "").build(),
                            HttpResponse.BodyHandlers.ofString(UTF_8));
            HttpResponse<InputStream> following =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    own.url()
                                                            + "/runs/"
                                                            + own.get("/runs")
                                                                    .text()
                                                                    .lines()
                                                                    .toList()
                                                                    .getLast()
                                                                    .substring(0, 20)
                                                            + "?follow"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            while (posts().isEmpty()) {
                Thread.sleep(20);
            }
            assertThat(own.get("/runs").text()).as("events come at once").contains("  running  ");
            assertThat(own.stop()).isZero();
            assertThat(
                            waiting.handle(
                                            (answer, _) ->
                                                    answer == null ? 503 : answer.statusCode())
                                    .get())
                    .isEqualTo(503);
            following.body().close();
            client.shutdownNow();
        }
        assertThat(Programs.running(count().toString())).isEmpty();
    }
}
