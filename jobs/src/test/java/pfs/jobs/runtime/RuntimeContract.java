package pfs.jobs.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.worker.Body;
import pfs.jobs.worker.Request;
import pfs.jobs.worker.Watchdog;
import pfs.jobs.worker.WorkerClient;

/** What every runtime does. */
abstract class RuntimeContract {
    protected final List<String> log = new CopyOnWriteArrayList<>();
    private final Watchdog watchdog = new Watchdog();
    protected Runtime runtime;

    /** A new runtime. */
    abstract Runtime open() throws Exception;

    /** Fields of a spec whose program runs the shell script that it is POSTed. */
    abstract String serving();

    /** Fields of a spec whose program is the shell script given. */
    abstract String running(String script);

    /** Fields of a spec whose program is not there. */
    abstract String missing();

    /** Workers of this test that are there. */
    abstract int count() throws Exception;

    @BeforeEach
    void openRuntime() throws Exception {
        runtime = open();
    }

    @AfterEach
    void closeRuntime() throws Exception {
        runtime.close();
        watchdog.close();
        assertThat(count()).as("workers left").isZero();
    }

    static JobSpec spec(String fields) {
        return SpecJson.decode(("{\"input\": \"/\", " + fields + "}").getBytes(UTF_8));
    }

    protected Worker start(String fields) {
        return runtime.start(
                runtime.resolve(spec(fields)), (worker, line) -> log.add(worker + " " + line));
    }

    /** Runs a script in the worker; what it prints. */
    protected String run(Worker worker, String script) throws Exception {
        byte[] body = script.getBytes(UTF_8);
        Request request =
                new Request(
                        "test",
                        new Request.HeadBuilder("POST", "/map").build(body.length),
                        Body.of(body, 0, body.length));
        try (WorkerClient client =
                new WorkerClient(
                        worker.dialer(),
                        watchdog,
                        new WorkerClient.Timeouts(
                                Duration.ofSeconds(30), Duration.ofSeconds(60), 1 << 20))) {
            for (int i = 0; ; i++) {
                try {
                    return client.exchange(
                            request, a -> new String(a.body().readAllBytes(), UTF_8));
                } catch (IOException e) {
                    if (i == 100) {
                        throw e;
                    }
                    Thread.sleep(100);
                }
            }
        }
    }

    private static Worker.Exit awaitExit(Worker worker) throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            if (worker.exit().isPresent()) {
                return worker.exit().get();
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the worker does not end");
    }

    @Test
    void aWorkerServesAndHasItsEnvironmentAndIsGoneWhenClosed() throws Exception {
        try (Worker worker = start(serving() + ", \"env\": {\"MODE\": \"fast\"}")) {
            assertThat(run(worker, "echo $MODE $PORT")).matches("fast [0-9]+\n");
            assertThat(worker.exit()).isEmpty();
            assertThat(count()).isEqualTo(1);
        }
        assertThat(count()).isZero();
    }

    @Test
    void twoWorkersDoNotMeet() throws Exception {
        try (Worker one = start(serving());
                Worker two = start(serving())) {
            assertThat(one.name()).isNotEqualTo(two.name());
            run(one, "echo one > /tmp/mine.$PPID.pfs-test");
            assertThat(run(two, "echo here")).isEqualTo("here\n");
            run(one, "rm -f /tmp/mine.*.pfs-test");
        }
    }

    @Test
    void outputIsLoggedAndTheEndIsTold() throws Exception {
        try (Worker worker = start(running("echo first; echo second >&2; exit 3"))) {
            Worker.Exit exit = awaitExit(worker);
            assertThat(exit.code()).isEqualTo(3);
            assertThat(exit.outOfMemory()).isFalse();
            assertThat(worker.lastWords()).contains("first").contains("second");
            assertThat(log).anyMatch(l -> l.equals(worker.name() + " second"));
        }
    }

    @Test
    void aMissingProgramIsRefused() {
        assertThatThrownBy(() -> start(missing())).isInstanceOf(PfsException.class);
    }

    @Test
    void anInterruptedThreadEndsItsWorkerToo() throws Exception {
        Worker worker = start(serving());
        run(worker, "echo up");
        Thread ending =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    Thread.currentThread().interrupt();
                                    worker.close();
                                });
        ending.join();
        assertThat(count()).isZero();
    }

    @Test
    void closingTheRuntimeEndsItsWorkers() throws Exception {
        Worker worker = start(serving());
        run(worker, "echo up");
        runtime.close();
        assertThat(count()).isZero();
        worker.close();
    }
}
