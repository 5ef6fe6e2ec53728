package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;

/** What goes wrong changes the answer in nothing, or fails the run and says why. */
class FaultsTest {
    private static final String JOB =
            "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}, 'combine': 'combine',"
                    + " 'limits': {'idle': '1s'}}";

    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(JobsTest::wordCount);
        fixture = new JobsFixture(directory, runtime);
        for (int i = 0; i < 40; i++) {
            fixture.put("f" + i, "w" + i + " w" + i % 7 + " common");
        }
        fixture.commit();
        fixture.job("j", JOB);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
        Path temporary = directory.resolve("tmp");
        if (Files.exists(temporary)) {
            try (var left = Files.list(temporary)) {
                assertThat(left).as("temporary files left").isEmpty();
            }
        }
    }

    private static String expected() {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            for (String word : new String[] {"w" + i, "w" + i % 7, "common"}) {
                counts.merge(word, 1, Integer::sum);
            }
        }
        StringBuilder out = new StringBuilder();
        counts.forEach((word, n) -> out.append(word).append('\t').append(n).append('\n'));
        return out.toString();
    }

    private void succeedsWith(MemoryRuntime.Handler handler) throws Exception {
        runtime.handler = handler;
        fixture.succeed("j");
        assertThat(fixture.output("j", "part-00000")).isEqualTo(expected());
    }

    /** A handler that does something else for every n-th request. */
    private static MemoryRuntime.Handler sometimes(int n, MemoryRuntime.Handler fault) {
        AtomicInteger calls = new AtomicInteger();
        return (exchange, path, body) -> {
            if (calls.incrementAndGet() % n == 0) {
                fault.handle(exchange, path, body);
            } else {
                JobsTest.wordCount(exchange, path, body);
            }
        };
    }

    @Test
    void theAnswerIsRight() throws Exception {
        succeedsWith(JobsTest::wordCount);
    }

    @Test
    void errorsOfTheServerAreTriedAgain() throws Exception {
        succeedsWith(
                sometimes(
                        9, (x, _, _) -> MemoryRuntime.answer(x, 500, null, "no".getBytes(UTF_8))));
    }

    @Test
    void busyWorkersAreGivenTime() throws Exception {
        succeedsWith(
                sometimes(
                        9,
                        (x, _, _) -> {
                            x.getResponseHeaders().set("Retry-After", "0");
                            MemoryRuntime.answer(x, 503, null, new byte[0]);
                        }));
    }

    @Test
    void shortBodiesAreTriedAgain() throws Exception {
        succeedsWith(
                sometimes(
                        11,
                        (x, _, _) -> {
                            x.sendResponseHeaders(200, 1000);
                            x.getResponseBody().write("word\t1\n".getBytes(UTF_8));
                            throw new IOException("gone in the middle");
                        }));
    }

    @Test
    void hangsAreTriedOnAnotherWorker() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        succeedsWith(
                (x, path, body) -> {
                    if (calls.incrementAndGet() == 5) {
                        pause(20_000);
                    }
                    JobsTest.wordCount(x, path, body);
                });
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aKilledContainerIsReplaced() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        succeedsWith(
                (x, path, body) -> {
                    if (calls.incrementAndGet() == 7) {
                        runtime.workers.getFirst().close();
                        runtime.workers.getLast().close();
                    }
                    JobsTest.wordCount(x, path, body);
                });
    }

    @Test
    void poisonIsNamedAfterFourAttempts() throws Exception {
        AtomicInteger poisoned = new AtomicInteger();
        runtime.handler =
                (x, path, body) -> {
                    if (new String(body, UTF_8).startsWith("w13 ")) {
                        poisoned.incrementAndGet();
                        MemoryRuntime.answer(x, 500, null, "poison!".getBytes(UTF_8));
                    } else {
                        JobsTest.wordCount(x, path, body);
                    }
                };
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error()).contains("'f13'").contains("failed 4 times").contains("poison!");
        assertThat(poisoned.get()).isEqualTo(4);
    }

    @Test
    void anEndlessAnswerIsRefused() throws Exception {
        fixture.job("j", JOB.replace("'idle': '1s'", "'output': '1MiB'"));
        byte[] piece = "x".repeat(65_536).getBytes(UTF_8);
        runtime.handler =
                (x, _, _) -> {
                    x.sendResponseHeaders(200, 0);
                    while (true) {
                        x.getResponseBody().write(piece);
                    }
                };
        RunRecord run = fixture.run("j");
        assertThat(run.error()).contains("limits.output").contains("1048576");
    }

    @Test
    void aRunThatTheServerDidNotEndGoesOnAndRepeatsOnlyWhatWasInFlight() throws Exception {
        Map<String, AtomicInteger> posted = new ConcurrentHashMap<>();
        runtime.handler =
                (x, path, body) -> {
                    posted.computeIfAbsent(path + new String(body, UTF_8), _ -> new AtomicInteger())
                            .incrementAndGet();
                    pause(30);
                    JobsTest.wordCount(x, path, body);
                };
        RunRecord run = fixture.jobs.run("default", "j", null);
        while (runtime.posts.get() < 15) {
            Thread.sleep(5);
        }
        fixture.jobs.close();
        assertThat(fixture.jobs.find("default", run.id()).state().ended()).isFalse();
        MemoryRuntime second = new MemoryRuntime(runtime.handler);
        fixture.jobs = fixture.open(second);
        RunRecord end = run;
        for (int i = 0; i < 300 && !end.state().ended(); i++) {
            Thread.sleep(50);
            end = fixture.jobs.find("default", run.id());
        }
        assertThat(end.state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(fixture.output("j", "part-00000")).isEqualTo(expected());
        long twice = posted.values().stream().filter(n -> n.get() > 1).count();
        assertThat(twice).as("requests that were sent twice").isLessThanOrEqualTo(2);
    }

    @Test
    void moreRecordsThanMemoryAreSorted() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 400_000; i++) {
            lines.append(Integer.toHexString(i * 0x9E3779B9))
                    .append("\tvalue of ")
                    .append(i)
                    .append('\n');
        }
        fixture.put("large", lines.toString());
        fixture.commit();
        fixture.job(
                "sort",
                "{'input': '/large', 'image': 'x', 'reduce': {'per': 'batch'}, 'parts': 2}");
        runtime.handler = (x, _, body) -> MemoryRuntime.answer(x, 200, null, body);
        fixture.succeed("sort");
        String[] sorted =
                (fixture.output("sort", "part-00000") + fixture.output("sort", "part-00001"))
                        .split("\n");
        assertThat(sorted).hasSize(400_000).isSorted();
    }

    @Test
    void aWorkerThatClosesEveryConnectionIsNamed() throws Exception {
        runtime.handler =
                (x, _, _) -> {
                    throw new IOException("closes the connection");
                };
        fixture.job("j", "{'input': '/f1', 'image': 'x'}");
        RunRecord run = fixture.run("j");
        assertThat(run.error()).contains("without an answer");
    }
}
