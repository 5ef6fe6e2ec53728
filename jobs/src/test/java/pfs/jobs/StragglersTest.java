package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.jobs.store.RunRecord;

/** One worker hangs with the last request of a run, while another has nothing to do. */
class StragglersTest {
    private static final int FILES = 12;

    @TempDir Path directory;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Long> slow = new CopyOnWriteArrayList<>();
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(this::serve);
        fixture = new JobsFixture(directory, runtime);
        for (int i = 0; i < FILES; i++) {
            fixture.put("f" + (10 + i), "quick" + i);
        }
        fixture.put("z", "slow");
        fixture.commit();
    }

    @AfterEach
    void close() throws IOException {
        over.countDown();
        fixture.close();
    }

    private void serve(HttpExchange exchange, String path, byte[] body) throws IOException {
        if (new String(body, UTF_8).equals("slow")) {
            slow.add(System.nanoTime());
            if (slow.size() == 1) {
                await();
                return;
            }
        }
        exchange.getResponseHeaders().set("Pfs-Counter", "answers=1");
        MemoryRuntime.answer(exchange, 200, null, body);
    }

    private void await() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration between() {
        return Duration.ofNanos(slow.get(1) - slow.get(0));
    }

    @Test
    void whatTakesMuchLongerIsSentToAFreeWorkerToo() throws Exception {
        fixture.job("j", "{'input': '/', 'image': 'x', 'limits': {'idle': '50s'}}");
        RunRecord run = fixture.succeed("j");
        assertThat(slow).hasSize(2);
        assertThat(between())
                .as("long before limits.idle")
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(45));
        assertThat(fixture.outputPaths("j")).hasSize(FILES + 1);
        assertThat(fixture.output("j", "z")).isEqualTo("slow");
        assertThat(run.progress().maps().done()).isEqualTo(FILES + 1);
        assertThat(run.progress().counters()).containsEntry("answers", FILES + 1L);
        assertThat(run.progress().posts()).as("both were sent").isEqualTo(FILES + 2);
    }

    @Test
    void aJobThatIsRecheckedIsNotSentTwice() throws Exception {
        fixture.job("j", "{'input': '/', 'image': 'x', 'recheck': 0.01, 'limits': {'idle': '5s'}}");
        fixture.succeed("j");
        assertThat(slow).hasSize(2);
        assertThat(between()).as("limits.idle").isGreaterThan(Duration.ofSeconds(5));
    }
}
