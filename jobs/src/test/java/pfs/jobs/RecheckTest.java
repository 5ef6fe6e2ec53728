package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;

/** Reused results are made again as often as the spec says, and one that differs fails the run. */
class RecheckTest {
    private static final int FILES = 40;

    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(JobsTest::wordCount);
        fixture = new JobsFixture(directory, runtime);
        for (int i = 0; i < FILES; i++) {
            fixture.put("f" + i, "w" + i + " common");
        }
        fixture.commit();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private void job(String more) {
        fixture.job("j", "{'input': '/', 'image': 'x'" + more + "}");
    }

    private int postsOfARerun() throws InterruptedException {
        int before = runtime.posts.get();
        assertThat(fixture.succeed("j").progress().maps().reused()).isEqualTo(FILES);
        return runtime.posts.get() - before;
    }

    @Test
    void allPartOrNoneIsMadeAgain() throws Exception {
        job(", 'reduce': {'per': 'batch'}, 'combine': 'combine'");
        fixture.succeed("j");
        int all = runtime.posts.get();
        assertThat(postsOfARerun()).isZero();
        job(", 'reduce': {'per': 'batch'}, 'combine': 'combine', 'recheck': 1");
        assertThat(postsOfARerun()).isEqualTo(all);
        job(", 'recheck': 0.5");
        fixture.succeed("j");
        assertThat(postsOfARerun()).isBetween(1, FILES - 1);
    }

    @Test
    void aMapThatIsNotDeterministicIsFound() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        runtime.handler =
                (exchange, _, _) ->
                        MemoryRuntime.answer(
                                exchange,
                                200,
                                null,
                                ("call " + calls.incrementAndGet()).getBytes(UTF_8));
        job(", 'recheck': 1");
        fixture.succeed("j");
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error()).contains("not deterministic").contains("POST /map of 'f");
    }

    @Test
    void aReduceByKeyThatIsNotDeterministicIsFound() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/map")) {
                        JobsTest.wordCount(exchange, path, body);
                    } else {
                        byte[] answer = ("call " + calls.incrementAndGet()).getBytes(UTF_8);
                        MemoryRuntime.answer(exchange, 200, null, answer);
                    }
                };
        job(", 'reduce': {'per': 'key'}, 'recheck': 1");
        fixture.succeed("j");
        assertThat(fixture.run("j").error()).contains("not deterministic").contains("POST /reduce");
    }

    @Test
    void counterSumsThatDifferAreFoundToo() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        runtime.handler =
                (exchange, _, body) -> {
                    exchange.getResponseHeaders()
                            .set("Pfs-Counter", "n=" + calls.incrementAndGet());
                    MemoryRuntime.answer(exchange, 200, null, body);
                };
        job(", 'recheck': 1");
        fixture.succeed("j");
        assertThat(fixture.run("j").error()).contains("not deterministic");
    }
}
