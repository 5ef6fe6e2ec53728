package pfs.testing.server;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * kill -9 of the master of three servers that elect one by etcd, under writers that ask any server:
 * another takes over by itself, has every commit that was acknowledged, and the old one comes back
 * as a copy with its old settings.
 */
public final class FailoverTorture {
    private static final int SERVERS = 3;
    private static final int WRITERS = 4;
    private static final long PATIENCE_SECONDS = 120;

    /** Within that, another is to take commits. */
    private static final long LIMIT_MILLIS = 10_000;

    private final Path root;
    private final Path data;
    private final Random random;
    private final String coordinator;
    private final Consumer<String> progress;
    private final int[] ports = new int[SERVERS];
    private final ServerProcess[] servers = new ServerProcess[SERVERS];
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile boolean writing;

    /**
     * A torture over a directory that is not there yet.
     *
     * @param root the tree that has {@code pfs} in it
     * @param coordinator {@code etcd://…}
     * @param progress is told of each kill
     */
    public FailoverTorture(
            Path root, Path data, String coordinator, long seed, Consumer<String> progress) {
        this.root = root;
        this.data = data;
        this.coordinator = coordinator;
        this.progress = progress;
        this.random = new Random(seed);
    }

    /** Kills so many times; throws an AssertionError that says what was lost. */
    public String run(int kills) throws IOException, InterruptedException {
        Files.createDirectories(data);
        for (int i = 0; i < SERVERS; i++) {
            ports[i] = ServerProcess.freePort();
        }
        long[] took = new long[kills];
        try {
            for (int i = 0; i < SERVERS; i++) {
                servers[i] = start(i);
            }
            awaitCommit();
            for (int kill = 1; kill <= kills; kill++) {
                took[kill - 1] = killMaster(kill);
                progress.accept("kill " + kill + ": " + took[kill - 1] + " ms");
            }
        } finally {
            writing = false;
            for (ServerProcess server : servers) {
                if (server != null) {
                    server.close();
                }
            }
            client.close();
        }
        Arrays.sort(took);
        return kills
                + " masters killed, "
                + acknowledged.size()
                + " commits acknowledged, nothing lost; another took commits by itself after "
                + took[kills / 2]
                + " ms (median), "
                + took[kills - 1]
                + " ms at most, "
                + Arrays.stream(took).filter(ms -> ms > LIMIT_MILLIS).count()
                + " times after more than "
                + LIMIT_MILLIS;
    }

    /** Kills the master under load; milliseconds until another took a commit. */
    private long killMaster(int kill) throws IOException, InterruptedException {
        int master = master();
        List<Thread> writers = write();
        TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(800));
        servers[master].kill();
        servers[master].close();
        servers[master] = null;
        long begun = System.nanoTime();
        awaitCommit();
        long took = (System.nanoTime() - begun) / 1_000_000;
        writing = false;
        for (Thread writer : writers) {
            writer.join();
        }
        verify(kill);
        servers[master] = start(master);
        awaitFollowing(master);
        return took;
    }

    private String url(int i) {
        return "http://127.0.0.1:" + ports[i];
    }

    private ServerProcess start(int i) throws IOException {
        List<String> others = new ArrayList<>();
        for (int other = 0; other < SERVERS; other++) {
            if (other != i) {
                others.add(url(other));
            }
        }
        List<String> flags =
                List.of(
                        "--coordinator",
                        coordinator,
                        "--replicas",
                        String.join(",", others),
                        "--replica-acks",
                        "1",
                        "--replica-timeout",
                        "10");
        ServerProcess server =
                ServerProcess.start(root, data.resolve("s" + i), List.of(), ports[i], flags);
        server.awaitReady();
        return server;
    }

    /** The answer; null if there is none. */
    private @Nullable HttpResponse<String> send(int server, String method, String path, String body)
            throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(java.net.URI.create(url(server) + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            // It was killed, or is not there: nothing was acknowledged.
            return null;
        }
    }

    private static boolean done(@Nullable HttpResponse<String> answer) {
        return answer != null && answer.statusCode() / 100 == 2;
    }

    private int master() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            for (int i = 0; i < SERVERS; i++) {
                HttpResponse<String> state = send(i, "GET", "/cluster", "");
                if (state != null && state.body().startsWith("master")) {
                    return i;
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("there is no master");
    }

    private List<Thread> write() {
        writing = true;
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int server = i % SERVERS;
            writers.add(Thread.ofVirtual().start(() -> writeOn(server)));
        }
        return writers;
    }

    private void writeOn(int server) {
        try {
            while (writing) {
                commit(server);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True if it was acknowledged. */
    private boolean commit(int server) throws InterruptedException {
        String name = "file" + names.incrementAndGet();
        if (done(send(server, "PUT", "/pfs/" + name, "text of " + name))) {
            HttpResponse<String> commit = send(server, "POST", "/commit", "");
            // 200 is the head as it is: an earlier commit of another writer has taken the file, or
            // the master that took it is gone, and with it what was not committed.
            if (commit != null && commit.statusCode() == 201) {
                acknowledged.put(commit.body().strip(), commit.body().strip());
                return true;
            }
        }
        return false;
    }

    /** Returns when any server has a commit acknowledged. */
    private void awaitCommit() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (int i = 0; System.nanoTime() < end; i++) {
            int server = i % SERVERS;
            if (servers[server] != null && commit(server)) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("no commit is taken any more; the logs:\n" + logs());
    }

    private String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        for (ServerProcess server : servers) {
            if (server != null) {
                all.append(server.tail()).append("\n--\n");
            }
        }
        return all.toString();
    }

    /** Every acknowledged commit is in the history of the master's branch. */
    private void verify(int kill) throws IOException, InterruptedException {
        int master = master();
        HttpResponse<String> log = send(master, "GET", "/commits?limit=100000", "");
        if (!done(log) || log == null) {
            throw new AssertionError("the master does not tell its commits");
        }
        java.util.Set<String> there = new java.util.HashSet<>();
        log.body().lines().forEach(line -> there.add(line.substring(0, 64)));
        for (String id : acknowledged.values()) {
            if (!there.contains(id)) {
                throw new AssertionError(
                        "after kill " + kill + " the commit " + id + " is lost\n" + logs());
            }
        }
    }

    private void awaitFollowing(int server) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            HttpResponse<String> state = send(server, "GET", "/cluster", "");
            if (state != null && state.body().contains("master http")) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        throw new AssertionError("the old master does not follow:\n" + logs());
    }
}
