package pfs.testing.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * kill -9 of a real server under eight writers, again and again over the same data: no acknowledged
 * write or commit is missing, no file is torn, nothing that was not acknowledged is there by half,
 * and every start is ready by itself.
 */
public final class KillTorture {
    private static final int WRITERS = 8;
    private static final int SILENCE_MILLIS = 300_000;

    /** Requests answered before a kill, at most: some writers have not had their first then. */
    private static final int MOST_ANSWERED = 100;

    /** Of load before a kill, at most. */
    private static final int LOAD_MILLIS = 10_000;

    private final Path root;
    private final Path data;
    private final Random random;
    private final Cut cut;
    private final List<Writer> writers = new ArrayList<>();

    /** Commits of each writer that were found in the line. */
    private final Map<Writer, Integer> looked = new HashMap<>();

    /** The head when it was last looked at; "" if there was none. */
    private String head = "";

    private long slowestStartMillis;
    private long lastStartMillis;
    private int early;
    private int killed;

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
        return run(kills, () -> false);
    }

    /** As above, or until it is over. */
    public String run(int kills, BooleanSupplier over) throws IOException, InterruptedException {
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer("w" + i, random.nextLong()));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int kill = 1; kill <= kills && !over.getAsBoolean(); kill++) {
                // every other one at some moment of a start, but for the first and the last
                if (kill > 1 && kill < kills && random.nextBoolean()) {
                    early();
                } else {
                    round(threads, kill);
                }
                killed = kill;
            }
            try (ServerProcess server = ServerProcess.shortLived(root, data)) {
                verify(server);
                int code = server.stop();
                if (code != 0) {
                    throw new AssertionError("SIGTERM ended the server with " + code);
                }
            }
        }
        return killed
                + " kills, "
                + early
                + " of them within a start, "
                + answered()
                + " requests answered, "
                + commits()
                + " commits among them, nothing lost; the slowest start took "
                + slowestStartMillis
                + " ms";
    }

    /** Kills so far. */
    public int kills() {
        return killed;
    }

    /** Requests that were answered. */
    public long answered() {
        return writers.stream().mapToLong(Writer::answered).sum();
    }

    /** Commits that were answered. */
    public long commits() {
        return writers.stream().mapToLong(w -> w.commits().size()).sum();
    }

    private void early() throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(root, data, ServerProcess.SHORT_LIVED)) {
            TimeUnit.MILLISECONDS.sleep(random.nextLong(lastStartMillis + 1));
            cut.cut(server);
            early++;
        }
    }

    private void round(ExecutorService threads, int kill) throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.shortLived(root, data)) {
            lastStartMillis = server.readyMillis();
            slowestStartMillis = Math.max(slowestStartMillis, lastStartMillis);
            verify(server);
            List<Future<?>> running = new ArrayList<>();
            for (Writer writer : writers) {
                running.add(threads.submit(() -> writer.run(server)));
            }
            awaitAnswers(random.nextInt(MOST_ANSWERED), running);
            cut.cut(server);
            for (Future<?> writer : running) {
                await(writer, kill);
            }
        }
    }

    private void awaitAnswers(int more, List<Future<?>> running) throws InterruptedException {
        long wanted = answered() + more;
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOAD_MILLIS);
        while (answered() < wanted
                && System.nanoTime() < end
                && running.stream().noneMatch(Future::isDone)) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static void await(Future<?> writer, int kill) throws InterruptedException {
        try {
            writer.get();
        } catch (ExecutionException e) {
            throw new AssertionError("before kill " + kill, e.getCause());
        }
    }

    private void verify(ServerProcess server) throws IOException {
        Set<String> history = newer(server);
        for (Writer writer : writers) {
            writer.verify(server);
            List<Writer.Acknowledged> commits = writer.commits();
            int from = looked.getOrDefault(writer, 0);
            for (Writer.Acknowledged commit : commits.subList(from, commits.size())) {
                if (!history.contains(commit.id())) {
                    throw new AssertionError("commit " + commit.id() + " is lost");
                }
            }
            looked.put(writer, commits.size());
            if (!commits.isEmpty()) {
                writer.verify(server, commits.getLast());
                writer.verify(server, commits.get(random.nextInt(commits.size())));
            }
        }
    }

    /**
     * The commits of the line from the head down to the head of the last look, which must be on it:
     * what was behind that one then is behind it for ever.
     */
    private Set<String> newer(ServerProcess server) throws IOException {
        Set<String> ids = new LinkedHashSet<>();
        try (Caller caller = new Caller(SILENCE_MILLIS)) {
            List<String> page = page(caller, server, "");
            while (!page.isEmpty() && !ids.contains(head)) {
                ids.addAll(page);
                page = page(caller, server, "&after=" + page.getLast());
            }
        }
        if (!head.isEmpty() && !ids.contains(head)) {
            throw new AssertionError("commit " + head + " is lost");
        }
        head = ids.isEmpty() ? "" : ids.iterator().next();
        return ids;
    }

    private static List<String> page(Caller caller, ServerProcess server, String after)
            throws IOException {
        Caller.Answer answer =
                caller.send(server.uri("/commits?limit=200" + after), "GET", null, Map.of());
        if (answer.status() != 200 && answer.status() != 404) {
            throw new AssertionError("the list of commits is answered " + answer.status());
        }
        Stream<String> lines = answer.status() == 200 ? answer.text().lines() : Stream.empty();
        return lines.map(line -> line.split("\\s", 2)[0]).toList();
    }
}
