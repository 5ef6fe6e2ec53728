package pfs.testing.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed in the middle of a run goes on with it, and repeats no more requests than
 * were in flight: with two containers, two.
 */
class KilledServerTest {
    @TempDir Path work;
    private Path data;
    private Path count;
    private Path program;

    @BeforeEach
    void prepare() throws IOException {
        Assumptions.assumeTrue(Programs.there("python3"), "python3 is not installed");
        data = work.resolve("data");
        count = work.resolve("count");
        program = Programs.resource("worker.py", work);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(Programs.left(data.resolve("jobs/tmp"))).isEmpty();
        assertThat(Programs.left(data.resolve("jobs/process"))).isEmpty();
        assertThat(Programs.running(count.toString())).isEmpty();
    }

    private String spec(String pause, String more) {
        return "{'input': '/in', 'command': ['python3', '"
                + program
                + "'], 'parallel': 2, 'env': {'PAUSE': '"
                + pause
                + "', 'COUNT': '"
                + count
                + "'}"
                + more
                + "}";
    }

    private List<String> posts(String route) throws IOException {
        return Files.exists(count)
                ? Files.readAllLines(count).stream().filter(l -> l.startsWith(route)).toList()
                : List.of();
    }

    /** Starts a run, and kills the server when so many requests have come; the run's id. */
    private String killedAfter(int files, String spec, String route, int requests)
            throws Exception {
        try (JobServer server = JobServer.ofPrograms(data)) {
            for (int i = 0; i < files; i++) {
                server.put("in/f" + i, "word" + i + " common");
            }
            server.commit();
            server.job("words", spec);
            String id = server.send("POST", "/run?job=words", "").expect(202).text().strip();
            while (posts(route).size() < requests) {
                Thread.sleep(20);
            }
            server.kill();
            return id;
        }
    }

    private void goesOn(String id, int words) throws Exception {
        try (JobServer server = JobServer.ofPrograms(data)) {
            assertThat(server.awaitEnd(id)).isEqualTo("succeeded");
            assertThat(server.get("/jobs/words/pfs/part-00000").text()).hasLineCount(words);
            assertThat(server.stop()).isZero();
        }
    }

    private void repeatedAtMostTwo(String route, int distinct) throws IOException {
        List<String> all = posts(route);
        assertThat(new HashSet<>(all)).hasSize(distinct);
        assertThat(all.size() - distinct).as("repeated: %s", all).isLessThanOrEqualTo(2);
    }

    @Test
    void maps() throws Exception {
        String spec = spec("0.1", ", 'reduce': {'per': 'batch'}");
        goesOn(killedAfter(30, spec, "/map", 12), 31);
        repeatedAtMostTwo("/map", 30);
    }

    @Test
    void mapsOfAFewMilliseconds() throws Exception {
        String spec = spec("0.01", "");
        String id = killedAfter(100, spec, "/map", 30);
        try (JobServer server = JobServer.ofPrograms(data)) {
            assertThat(server.awaitEnd(id)).isEqualTo("succeeded");
            assertThat(server.get("/jobs/words/pfs/in/").text()).hasLineCount(100);
            assertThat(server.stop()).isZero();
        }
        repeatedAtMostTwo("/map", 100);
    }

    @Test
    void reducesOfAKeyEach() throws Exception {
        String spec = spec("0.15", ", 'reduce': {'per': 'key'}");
        goesOn(killedAfter(10, spec, "/reduce", 5), 11);
        repeatedAtMostTwo("/map", 10);
        repeatedAtMostTwo("/reduce", 11);
    }
}
