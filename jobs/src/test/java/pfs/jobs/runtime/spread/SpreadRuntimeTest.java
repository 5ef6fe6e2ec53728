package pfs.jobs.runtime.spread;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.IdleWorker;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.SpecJson;

/** Each server has as many workers as the others, however they are started. */
@Timeout(60)
class SpreadRuntimeTest {
    private static final String HERE = "http://here";

    private final Map<String, String> lost = new TreeMap<>();
    private final SpreadRuntime spread = new SpreadRuntime(new Local(), new Others());
    private final Runtime.Program program =
            spread.resolve(
                    SpecJson.decode(
                            "{\"input\": \"/\", \"command\": [\"true\"]}"
                                    .getBytes(StandardCharsets.UTF_8)));
    private CountDownLatch starting = new CountDownLatch(0);

    private static SocketChannel dial(Duration patience) {
        throw new UnsupportedOperationException("nobody dials it");
    }

    private Worker begun(String where) {
        // All that are started at once are being started at the same time.
        starting.countDown();
        try {
            starting.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (lost.containsKey(where)) {
            throw new PfsException(ErrorCode.PEER_FAILED, where + " does not answer");
        }
        return new IdleWorker("worker on " + where, "", SpreadRuntimeTest::dial);
    }

    private final class Local implements Runtime {
        @Override
        public String kind() {
            return "test";
        }

        @Override
        public Program resolve(JobSpec spec) {
            return new Program("program", "test", spec);
        }

        @Override
        public Worker start(Program started, LogSink log) {
            return begun(HERE);
        }

        @Override
        public void sweep() {}

        @Override
        public void close() {}
    }

    private final class Others implements OtherServers {
        @Override
        public String here() {
            return HERE;
        }

        @Override
        public List<String> names() {
            return List.of("http://b", "http://c");
        }

        @Override
        public Worker start(String name, Runtime.Program started, Runtime.LogSink log) {
            return begun(name);
        }
    }

    private Map<String, Integer> startAtOnce(int count) throws Exception {
        starting = new CountDownLatch(count);
        Map<String, Integer> counts = new TreeMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Worker>> workers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                workers.add(threads.submit(() -> spread.start(program, (_, _) -> {})));
            }
            for (Future<Worker> worker : workers) {
                counts.merge(worker.get().server(), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void workersThatAreStartedAtOnceAreSpreadEvenly() throws Exception {
        assertThat(startAtOnce(6)).isEqualTo(Map.of(HERE, 2, "http://b", 2, "http://c", 2));
    }

    @Test
    void aServerThatIsLostIsPassedOver() throws Exception {
        lost.put("http://b", "");
        for (int i = 0; i < 6; i++) {
            spread.start(program, (_, _) -> {});
        }
        Worker one = spread.start(program, (_, _) -> {});
        assertThat(one.server()).isNotEqualTo("http://b");
        assertThat(startAtOnce(3)).doesNotContainKey("http://b");
    }

    @Test
    void aWorkerThatEndsMakesRoomForAnother() throws Exception {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            workers.add(spread.start(program, (_, _) -> {}));
        }
        Worker ended = workers.get(3);
        ended.close();
        ended.close();
        assertThat(spread.start(program, (_, _) -> {}).server()).isEqualTo(ended.server());
        assertThat(startAtOnce(3)).isEqualTo(Map.of(HERE, 1, "http://b", 1, "http://c", 1));
    }
}
