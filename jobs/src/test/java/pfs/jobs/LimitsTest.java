package pfs.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;

/** What a job's limits end, with the limit's name in the failure; and what its counters sum. */
class LimitsTest {
    @TempDir Path directory;
    private final CountDownLatch over = new CountDownLatch(1);
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(JobsTest::wordCount);
        fixture = new JobsFixture(directory, runtime);
        fixture.put("a", "one two two");
        fixture.put("b", "three");
        fixture.commit();
    }

    @AfterEach
    void close() throws IOException {
        over.countDown();
        fixture.close();
    }

    private String failure(String limits, MemoryRuntime.Handler handler) throws Exception {
        runtime.handler = handler;
        fixture.job("j", "{'input': '/a', 'image': 'x', 'limits': {" + limits + "}}");
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        return String.valueOf(run.error());
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void dribble(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try {
            while (over.getCount() > 0) {
                exchange.getResponseBody().write('x');
                exchange.getResponseBody().flush();
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSilentContainerIsGivenUp() throws Exception {
        assertThat(failure("'idle': '200ms'", (_, _, _) -> await()))
                .contains("'a'")
                .contains("failed 4 times")
                .contains("no byte for 0.2 s (limits.idle)");
    }

    @Test
    void aSlowAnswerIsGivenUpThoughItIsNeverSilent() throws Exception {
        assertThat(failure("'total': '300ms'", (x, _, _) -> dribble(x)))
                .contains("no answer within 0.3 s (limits.total)");
    }

    @Test
    void aContainerThatIsAlwaysBusyIsGivenUp() throws Exception {
        MemoryRuntime.Handler busy =
                (x, _, _) -> {
                    x.getResponseHeaders().set("Retry-After", "0");
                    MemoryRuntime.answer(x, 503, null, new byte[0]);
                };
        assertThat(failure("'total': '200ms'", busy))
                .contains("429 or 503")
                .contains("limits.total");
    }

    @Test
    void countersAreSummedOverAllAnswersAndKeptWithTheCommit() throws Exception {
        runtime.handler =
                (x, path, body) -> {
                    x.getResponseHeaders().add("Pfs-Counter", "posts=1, bytes=" + body.length);
                    x.getResponseHeaders().add("Pfs-Counter", path.substring(1) + "=1");
                    JobsTest.wordCount(x, path, body);
                };
        fixture.job("j", "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}}");
        RunRecord run = fixture.succeed("j");
        Map<String, Long> sums = run.progress().counters();
        assertThat(sums)
                .containsEntry("posts", 3L)
                .containsEntry("map", 2L)
                .containsEntry("reduce", 1L);
        assertThat(sums.get("bytes")).isGreaterThan(15);
        assertThat(fixture.jobs.output("default", "j", null).metadata())
                .containsEntry("pfs-counter-posts", "3")
                .containsEntry("pfs-counter-map", "2");
        int posts = runtime.posts.get();
        assertThat(fixture.succeed("j").progress().counters())
                .as("those of reused results count as well")
                .isEqualTo(sums);
        assertThat(runtime.posts.get()).isEqualTo(posts);
    }

    @Test
    void aCounterThatIsNoneIsNamed() throws Exception {
        MemoryRuntime.Handler bad =
                (x, _, body) -> {
                    x.getResponseHeaders().set("Pfs-Counter", "rows: 5");
                    MemoryRuntime.answer(x, 200, null, body);
                };
        assertThat(failure("'idle': '60s'", bad)).contains("Pfs-Counter: 'rows: 5'");
    }
}
