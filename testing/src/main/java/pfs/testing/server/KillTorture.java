package pfs.testing.server;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * kill -9 of a real server under eight writers, again and again over the same data: no acknowledged
 * write or commit is missing, no file is torn, nothing that was not acknowledged is there by half,
 * and every start is ready by itself.
 */
public final class KillTorture {
    private static final int WRITERS = 8;

    /** Servers that live for a second are not worth the second compiler. */
    private static final List<String> SHORT_LIVED =
            List.of("env", "PFS_JAVA_OPTS=-XX:TieredStopAtLevel=1");

    private final Path root;
    private final Path data;
    private final Random random;
    private final Cut cut;
    private final List<Writer> writers = new ArrayList<>();
    private long slowestStartMillis;
    private int early;

    /**
     * A torture over a directory that is not there yet.
     *
     * @param root the tree that has {@code pfs} in it
     */
    public KillTorture(Path root, Path data, long seed) {
        this(root, data, seed, ServerProcess::kill);
    }

    /** What ends a server in the middle of its work. */
    public interface Cut {
        void cut(ServerProcess server) throws IOException, InterruptedException;
    }

    /**
     * As above.
     *
     * @param cut what ends a server; afterwards a start over the same directory is possible
     */
    public KillTorture(Path root, Path data, long seed, Cut cut) {
        this.cut = cut;
        this.root = root;
        this.data = data;
        this.random = new Random(seed);
    }

    /** Kills so many times; throws an AssertionError that says what was lost. */
    public String run(int kills) throws IOException, InterruptedException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client =
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .executor(threads)
                                .build()) {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(new Writer(client, "w" + i, random.nextLong()));
            }
            for (int kill = 1; kill <= kills; kill++) {
                // every other one at some moment of a start, but for the first and the last
                if (kill > 1 && kill < kills && random.nextBoolean()) {
                    early();
                } else {
                    round(client, threads, kill);
                }
            }
            try (ServerProcess server = start()) {
                verify(server, client);
                int code = server.stop();
                if (code != 0) {
                    throw new AssertionError("SIGTERM ended the server with " + code);
                }
            }
        }
        long answered = writers.stream().mapToLong(Writer::answered).sum();
        long commits = writers.stream().mapToLong(w -> w.commits().size()).sum();
        return kills
                + " kills, "
                + early
                + " of them within a start, "
                + answered
                + " requests answered, "
                + commits
                + " commits among them, nothing lost; the slowest start took "
                + slowestStartMillis
                + " ms";
    }

    private ServerProcess start() throws IOException {
        ServerProcess server = ServerProcess.start(root, data, SHORT_LIVED);
        server.awaitReady();
        return server;
    }

    private void early() throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(root, data, SHORT_LIVED)) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(700));
            cut.cut(server);
            early++;
        }
    }

    private void round(HttpClient client, ExecutorService threads, int kill)
            throws IOException, InterruptedException {
        try (ServerProcess server = start()) {
            slowestStartMillis = Math.max(slowestStartMillis, server.readyMillis());
            verify(server, client);
            List<Future<?>> running = new ArrayList<>();
            for (Writer writer : writers) {
                running.add(threads.submit(() -> writer.run(server)));
            }
            TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(900));
            cut.cut(server);
            for (Future<?> writer : running) {
                await(writer, kill);
            }
        }
    }

    private static void await(Future<?> writer, int kill) throws InterruptedException {
        try {
            writer.get();
        } catch (ExecutionException e) {
            throw new AssertionError("before kill " + kill, e.getCause());
        }
    }

    private void verify(ServerProcess server, HttpClient client)
            throws IOException, InterruptedException {
        Set<String> history = history(server, client);
        for (Writer writer : writers) {
            writer.verify(server);
            List<Writer.Acknowledged> commits = writer.commits();
            for (Writer.Acknowledged commit : commits) {
                if (!history.contains(commit.id())) {
                    throw new AssertionError("commit " + commit.id() + " is lost");
                }
            }
            if (!commits.isEmpty()) {
                writer.verify(server, commits.getLast());
                writer.verify(server, commits.get(random.nextInt(commits.size())));
            }
        }
    }

    private static Set<String> history(ServerProcess server, HttpClient client)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.uri("/commits?limit=100000")).build();
        Set<String> ids = new HashSet<>();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        answer.body().lines().forEach(line -> ids.add(line.split("\\s", 2)[0]));
        return ids;
    }
}
