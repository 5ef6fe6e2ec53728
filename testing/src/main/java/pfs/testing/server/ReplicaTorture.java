package pfs.testing.server;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * kill -9 of a master under writers, with a replica that must have each commit before it is
 * answered: the replica is promoted and has every commit that was acknowledged, the old master
 * comes back with its old settings and follows; then it is the other one's turn.
 */
public final class ReplicaTorture {
    private static final int WRITERS = 4;

    private final Path root;
    private final Path data;
    private final Random random;
    private final int[] ports = new int[2];
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * A torture over a directory that is not there yet.
     *
     * @param root the tree that has {@code pfs} in it
     */
    public ReplicaTorture(Path root, Path data, long seed) {
        this.root = root;
        this.data = data;
        this.random = new Random(seed);
    }

    /** Kills so many times; throws an AssertionError that says what was lost. */
    public String run(int kills) throws IOException, InterruptedException {
        Files.createDirectories(data);
        ports[0] = ServerProcess.freePort();
        ports[1] = ServerProcess.freePort();
        ServerProcess[] servers = new ServerProcess[2];
        long slowest = 0;
        try {
            servers[1] = start(1);
            servers[0] = start(0);
            int master = 0;
            for (int kill = 1; kill <= kills; kill++) {
                List<Thread> writers = write(servers[master]);
                TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(800));
                servers[master].kill();
                for (Thread writer : writers) {
                    writer.join();
                }
                int next = 1 - master;
                long begun = System.nanoTime();
                promote(servers[next]);
                verify(servers[next], kill);
                servers[master] = start(master);
                slowest = Math.max(slowest, awaitWrite(servers[next], begun));
                master = next;
            }
        } finally {
            for (ServerProcess server : servers) {
                if (server != null) {
                    server.close();
                }
            }
            client.close();
        }
        return kills
                + " masters killed, "
                + acknowledged.size()
                + " commits acknowledged, nothing lost; commits were taken again after at most "
                + slowest
                + " ms";
    }

    private ServerProcess start(int i) throws IOException {
        String other = "http://127.0.0.1:" + ports[1 - i];
        List<String> flags = new ArrayList<>(List.of("--replicas", other, "--replica-acks", "1"));
        flags.addAll(List.of("--replica-timeout", "10"));
        if (i == 1) {
            flags.addAll(List.of("--replica-of", other));
        }
        ServerProcess server =
                ServerProcess.start(root, data.resolve("s" + i), List.of(), ports[i], flags);
        server.awaitReady();
        return server;
    }

    private HttpResponse<String> send(ServerProcess server, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.uri(path))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private List<Thread> write(ServerProcess master) {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(Thread.ofVirtual().start(() -> writeUntilKilled(master)));
        }
        return writers;
    }

    private void writeUntilKilled(ServerProcess master) {
        try {
            while (true) {
                String name = "file" + names.incrementAndGet();
                if (send(master, "PUT", "/pfs/" + name, "text of " + name).statusCode() != 201) {
                    return;
                }
                HttpResponse<String> commit = send(master, "POST", "/commit", "");
                if (commit.statusCode() / 100 == 2) {
                    acknowledged.put(name, commit.body().strip());
                }
            }
        } catch (IOException | InterruptedException e) {
            // The master is gone: what was not answered counts for nothing.
        }
    }

    private void promote(ServerProcess replica) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(replica, "POST", "/promote", "");
        if (!answer.body().startsWith("master")) {
            throw new AssertionError("not promoted: " + answer.body());
        }
    }

    private void verify(ServerProcess master, int kill) throws IOException, InterruptedException {
        for (Map.Entry<String, String> known : acknowledged.entrySet()) {
            String path = "/pfs/" + known.getKey() + "?commit=" + known.getValue();
            String text = send(master, "GET", path, "").body();
            if (!text.equals("text of " + known.getKey())) {
                throw new AssertionError(
                        "after kill " + kill + ", commit " + known.getValue() + ": " + text);
            }
        }
    }

    /** Returns the time until a commit was acknowledged, which needs both servers. */
    private long awaitWrite(ServerProcess master, long begun)
            throws IOException, InterruptedException {
        String name = "after" + names.incrementAndGet();
        send(master, "PUT", "/pfs/" + name, "text of " + name);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < end) {
            HttpResponse<String> commit = send(master, "POST", "/commit", "");
            if (commit.statusCode() / 100 == 2) {
                acknowledged.put(name, commit.body().strip());
                return (System.nanoTime() - begun) / 1_000_000;
            }
        }
        throw new AssertionError("no commit is taken any more; the log:\n" + master.tail());
    }
}
