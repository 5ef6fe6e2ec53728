package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;

/** What pfs and a container say to each other. */
class ProtocolTest {
    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(ProtocolTest::echo);
        fixture = new JobsFixture(directory, runtime);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private static void echo(HttpExchange exchange, String path, byte[] body) throws IOException {
        MemoryRuntime.answer(exchange, 200, "text/plain", body);
    }

    private static void status(HttpExchange exchange, int status) throws IOException {
        MemoryRuntime.answer(exchange, status, null, "no".getBytes(UTF_8));
    }

    @Test
    void aContainerIsReadyWithAnyAnswerButUnavailable() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger early = new AtomicInteger();
        runtime.health =
                (exchange, _, _) -> status(exchange, asked.incrementAndGet() < 4 ? 503 : 404);
        runtime.handler =
                (exchange, path, body) -> {
                    early.addAndGet(asked.get() < 4 ? 1 : 0);
                    echo(exchange, path, body);
                };
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'parallel': 1}");
        fixture.succeed("j");
        assertThat(asked.get()).isEqualTo(4);
        assertThat(early.get()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMapIsToldTypePathAndLengthAndATaskThatStaysTheSame(boolean path) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        runtime.handler =
                (exchange, _, body) -> {
                    var headers = exchange.getRequestHeaders();
                    seen.add(
                            headers.getFirst("Content-Type")
                                    + " "
                                    + headers.getFirst("Content-Length")
                                    + " "
                                    + headers.getFirst("Pfs-Path")
                                    + " "
                                    + headers.getFirst("Pfs-Task")
                                    + " "
                                    + new String(body, UTF_8));
                    if (seen.size() == 1) {
                        status(exchange, 500);
                    } else {
                        echo(exchange, "/map", body);
                    }
                };
        fixture.put("a dir/ä.txt", "the file");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'path': " + path + "}");
        fixture.succeed("j");
        assertThat(seen).hasSize(2);
        assertThat(seen.get(1)).as("the retry").isEqualTo(seen.get(0));
        String shown = path ? "a%20dir/%C3%A4.txt" : "null";
        assertThat(seen.get(0)).matches("text/plain 8 " + shown + " [0-9a-f]{64} the file");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 302, 400, 401, 404, 410, 413, 415, 422})
    void whatTheContainerRefusesIsNotTriedAgain(int status) throws Exception {
        runtime.handler = (exchange, _, _) -> status(exchange, status);
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error()).contains("'a'").contains(String.valueOf(status));
        assertThat(runtime.posts.get()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 504})
    void whatMayPassIsTriedOnAnotherContainer(int status) throws Exception {
        Set<Integer> ports = ConcurrentHashMap.newKeySet();
        runtime.handler =
                (exchange, path, body) -> {
                    ports.add(exchange.getLocalAddress().getPort());
                    if (runtime.posts.get() < 3) {
                        status(exchange, status);
                    } else {
                        echo(exchange, path, body);
                    }
                };
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'parallel': 2}");
        fixture.succeed("j");
        assertThat(runtime.posts.get()).isEqualTo(3);
        assertThat(ports).hasSize(2);
    }

    @Test
    void batchesAreWholeGroupsInKeyOrderAndALargeGroupIsOne() throws Exception {
        List<String> batches = new CopyOnWriteArrayList<>();
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/reduce")) {
                        batches.add(new String(body, UTF_8));
                    }
                    echo(exchange, path, body);
                };
        StringBuilder small = new StringBuilder();
        for (int i = 0; i < 150_000; i++) {
            small.append("key").append(i * 7919 % 150_000 / 2).append("\tvalue\n");
        }
        fixture.put("a", small.toString());
        fixture.put("b", ("large\t" + "v".repeat(995) + "\n").repeat(6_000));
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}}");
        fixture.succeed("j");
        Set<String> keys = new HashSet<>();
        for (String batch : batches) {
            List<String> lines = batch.lines().map(line -> line.split("\t")[0]).toList();
            assertThat(lines.equals(lines.stream().sorted().toList())).as("in order").isTrue();
            Set<String> own = new HashSet<>(lines);
            int before = keys.size();
            keys.addAll(own);
            assertThat(keys.size() - before).as("no group is in two batches").isEqualTo(own.size());
            if (!own.contains("large")) {
                assertThat(batch.length()).isLessThan(4 << 20);
            }
        }
        assertThat(keys).hasSize(75_001);
        assertThat(batches.size()).isBetween(2, 12);
        List<String> inOrder = new ArrayList<>(batches);
        inOrder.sort(null);
        assertThat(fixture.output("j", "part-00000").equals(String.join("", inOrder))).isTrue();
    }

    @Test
    void asManyContainersAndRequestsAtOnceAsTheSpecSays() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        runtime.handler =
                (exchange, path, body) -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    try {
                        Thread.sleep(50);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    } finally {
                        now.decrementAndGet();
                    }
                    echo(exchange, path, body);
                };
        for (int i = 0; i < 60; i++) {
            fixture.put("f" + i, "x" + i);
        }
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'parallel': 3, 'concurrency': 4}");
        fixture.succeed("j");
        assertThat(runtime.workers).hasSize(3);
        assertThat(most.get()).isBetween(4, 12);
        fixture.job("k", "{'input': '/', 'image': 'x', 'env': {'A': 'b'}}");
        most.set(0);
        fixture.succeed("k");
        assertThat(runtime.workers).as("one a core").hasSize(3 + 2);
        assertThat(most.get()).isLessThanOrEqualTo(2);
    }
}
