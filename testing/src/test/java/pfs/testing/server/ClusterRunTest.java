package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives the loss of one of three servers: runs, uploads and commits. */
class ClusterRunTest {
    private static final int TASKS = 1000;

    /** Workers of three servers, each with one request in flight, on two cores and on many. */
    private static final int MOST_IN_FLIGHT =
            3 * Math.max(2, Runtime.getRuntime().availableProcessors());

    /**
     * Answers with its input, and writes each POST and its process down; from the task SHUT on only
     * when there is a file GATE.
     */
    private static final String PROGRAM =
            """
            import http.server, os, time
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_GET(self):
                    self.answer(b'ok')
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    with open(os.environ['POSTS'], 'a') as posts:
                        posts.write(body.decode() + ' ' + str(os.getpid()) + '\\n')
                    print('posted', body.decode(), flush=True)
                    while int(body) >= int(os.environ['SHUT']) and not os.path.exists(os.environ['GATE']):
                        time.sleep(0.05)
                    time.sleep(0.02)
                    self.answer(b'mapped ' + body)
                def answer(self, body):
                    self.send_response(200)
                    self.send_header('Content-Type', 'text/plain')
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *words):
                    pass
            http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
            """;

    @TempDir static Path directory;
    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aRunOnThreeServersEndsRightWhenOneOfThemIsKilled() throws Exception {
        run("follower", (cluster.leader() + 1) % TestCluster.SERVERS);
    }

    @Test
    void aRunEndsRightWhenTheLeaderIsKilled() throws Exception {
        run("leader", cluster.leader());
    }

    @Test
    void theLogOfARunWhoseLeaderIsKilledHasWhatWasWrittenBefore() throws Exception {
        Path gate = directory.resolve("log.gate");
        Path posts = directory.resolve("log.posts");
        String run = begin("log", TASKS / 2, gate);
        await(() -> Files.readAllLines(posts).size() >= TASKS / 5);
        // all that the gate lets through is posted, and kept
        TimeUnit.SECONDS.sleep(8);
        List<String> before = Files.readAllLines(posts);
        cluster.kill(cluster.leader());
        Files.createFile(gate);
        awaitEnd(run);
        Set<String> logged =
                cluster.text("GET", "/runs/" + run + "/log")
                        .lines()
                        .map(line -> line.replaceFirst("\\S+ \\S+ ?", ""))
                        .collect(Collectors.toSet());
        assertThat(before).hasSizeGreaterThanOrEqualTo(TASKS / 5);
        assertThat(logged)
                .containsAll(before.stream().map(line -> "posted " + line.split(" ")[0]).toList());
        assertThat(logged).contains("posted " + (TASKS - 1));
    }

    private void run(String name, int victim) throws Exception {
        Path posts = directory.resolve(name + ".posts");
        String run = begin(name, TASKS, directory);
        await(() -> Files.readAllLines(posts).size() >= TASKS / 5 && workers(posts).size() > 4);
        assertThat(Files.readAllLines(posts)).as("posts before the kill").hasSizeLessThan(TASKS);
        cluster.kill(victim);
        awaitEnd(run);
        verify(name, posts);
    }

    /** Starts a run; its id. */
    private static String begin(String name, int shut, Path gate) throws Exception {
        Path program = Files.writeString(directory.resolve(name + ".py"), PROGRAM);
        Path posts = Files.createFile(directory.resolve(name + ".posts"));
        assertThat(send("PUT", "/pfs/" + name + "/", tar(), "application/x-tar"))
                .startsWith("1000");
        String commit = cluster.text("POST", "/commit?message=" + name);
        String spec =
                """
                {"input": "/%s/", "command": ["python3", "%s"],
                 "env": {"POSTS": "%s", "SHUT": "%d", "GATE": "%s"}}
                """
                        .formatted(name, program, posts, shut, gate);
        awaitMembers();
        send("PUT", "/jobs/" + name, spec.getBytes(StandardCharsets.UTF_8), "application/json");
        return send("POST", "/run?job=" + name + "&commit=" + commit, new byte[0], "text/plain")
                .strip();
    }

    private static void awaitEnd(String run) throws Exception {
        await(() -> !cluster.text("GET", "/runs/" + run).contains("state  running"));
        assertThat(cluster.text("GET", "/runs/" + run)).contains("state  succeeded");
    }

    /** The right output, of few tasks made again. */
    private static void verify(String name, Path posts) throws Exception {
        for (int i = 0; i < TASKS; i += 97) {
            assertThat(cluster.text("GET", "/jobs/" + name + "/pfs/" + name + "/" + i))
                    .isEqualTo("mapped " + i);
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (String line : Files.readAllLines(posts)) {
            counts.merge(line.split(" ")[0], 1, Integer::sum);
        }
        assertThat(counts).hasSize(TASKS);
        int repeated = counts.values().stream().mapToInt(count -> count - 1).sum();
        assertThat(repeated).as("tasks made again").isLessThanOrEqualTo(MOST_IN_FLIGHT);
    }

    /** The processes that were given something; a line that is being written does not count. */
    private static Set<String> workers(Path posts) throws IOException {
        Set<String> workers = new HashSet<>();
        for (String line : Files.readAllLines(posts)) {
            String[] words = line.split(" ");
            if (words.length == 2) {
                workers.add(words[1]);
            }
        }
        return workers;
    }

    /** Takes its time, so that all workers have something to do, and answers with the hash. */
    private static final String HASHING =
            """
            import hashlib, http.server, os, time
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_GET(self):
                    self.answer(b'ok')
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    print('has', len(body), flush=True)
                    time.sleep(1)
                    self.answer(hashlib.sha256(body).hexdigest().encode())
                def answer(self, body):
                    self.send_response(200)
                    self.send_header('Content-Type', 'text/plain')
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *words):
                    pass
            http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
            """;

    private static final int LARGE = 24;

    /** The leader says where inputs lie: each server reads those of its own containers. */
    @Test
    void eachServerReadsWhatItsContainersAreGiven() throws Exception {
        Path program = Files.writeString(directory.resolve("hashing.py"), HASHING);
        byte[] bytes = new byte[2 << 20];
        java.util.Random random = new java.util.Random(11);
        List<String> hashes = new ArrayList<>();
        for (int i = 0; i < LARGE; i++) {
            random.nextBytes(bytes);
            cluster.bytes("PUT", "/pfs/inputs/" + i, "inputs " + i, bytes);
            hashes.add(
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)));
        }
        String commit = cluster.text("POST", "/commit?message=inputs");
        awaitMembers();
        String spec = "{\"input\": \"/inputs/\", \"command\": [\"python3\", \"" + program + "\"]}";
        send("PUT", "/jobs/hashing", spec.getBytes(StandardCharsets.UTF_8), "application/json");
        Map<Integer, Long> before = cached();
        String run =
                send("POST", "/run?job=hashing&commit=" + commit, new byte[0], "text/plain")
                        .strip();
        await(() -> !cluster.text("GET", "/runs/" + run).contains("state  running"));
        assertThat(cluster.text("GET", "/runs/" + run)).contains("state  succeeded");
        for (int i = 0; i < LARGE; i++) {
            assertThat(cluster.text("GET", "/jobs/hashing/pfs/inputs/" + i))
                    .isEqualTo(hashes.get(i));
        }
        Map<Integer, Long> read = cached();
        before.forEach((server, held) -> read.merge(server, -held, Long::sum));
        read.remove(cluster.leader());
        assertThat(read.values())
                .as(
                        "bytes that the servers that do not lead have read; the run's log:%n%s",
                        cluster.text("GET", "/runs/" + run + "/log"))
                .hasSize(TestCluster.SERVERS - 1)
                .allMatch(count -> count > 1 << 20);
    }

    /** Bytes in the cache of each server. */
    private static Map<Integer, Long> cached() throws IOException {
        Map<Integer, Long> bytes = new TreeMap<>();
        for (int i = 0; i < TestCluster.SERVERS; i++) {
            try (Stream<Path> files =
                    Files.walk(directory.resolve("server-" + i).resolve("cache"))) {
                bytes.put(i, files.map(Path::toFile).mapToLong(File::length).sum());
            }
        }
        return bytes;
    }

    private static void awaitMembers() throws Exception {
        await(() -> cluster.text("GET", "/cluster").lines().count() == TestCluster.SERVERS);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("three minutes").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static byte[] tar() throws Exception {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (int i = 0; i < TASKS; i++) {
            byte[] bytes = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
            tar.writeBytes(TarWriter.header(Integer.toString(i), bytes.length));
            tar.writeBytes(java.util.Arrays.copyOf(bytes, 512));
        }
        tar.writeBytes(new byte[1024]);
        return tar.toByteArray();
    }

    private static String send(String method, String target, byte[] body, String type)
            throws Exception {
        HttpResponse<String> answer =
                cluster.http()
                        .send(
                                HttpRequest.newBuilder(cluster.any(target))
                                        .timeout(Duration.ofSeconds(60))
                                        .header("Content-Type", type)
                                        .method(
                                                method,
                                                HttpRequest.BodyPublishers.ofByteArray(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    /** A client that retries with its key, as the command line does. */
    @Test
    void anUploadAndACommitThatLoseTheirServerAreMadeOnce() throws Exception {
        byte[] bytes = new byte[24 << 20];
        new java.util.Random(7).nextBytes(bytes);
        for (int victim = 0; victim < TestCluster.SERVERS; victim++) {
            int killed = victim;
            Thread killer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            TimeUnit.MILLISECONDS.sleep(150);
                                            cluster.kill(killed);
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    });
            cluster.bytes("PUT", "/pfs/large" + victim, "put " + victim, bytes);
            byte[] id =
                    cluster.bytes(
                            "POST", "/commit?message=m" + victim, "commit " + victim, new byte[0]);
            killer.join();
            String target =
                    "/pfs/large" + victim + "?commit=" + new String(id, StandardCharsets.US_ASCII);
            assertThat(cluster.bytes("GET", target.strip(), "get", new byte[0]))
                    .as("server " + victim)
                    .isEqualTo(bytes);
        }
        String log = cluster.text("GET", "/commits?limit=1000");
        for (int victim = 0; victim < TestCluster.SERVERS; victim++) {
            assertThat(log.split("  m" + victim + "\\R?", -1).length - 1)
                    .as("commits m" + victim)
                    .isEqualTo(1);
        }
    }
}
