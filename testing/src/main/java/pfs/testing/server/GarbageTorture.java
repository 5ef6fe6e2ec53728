package pfs.testing.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Garbage is collected again and again beside eight writers, branches that are made, merged and
 * deleted, and runs of a job (where there is Python). In the end each writer's files and commits
 * are there, fsck finds all whole, and the packs take no more than a tenth above a fresh clone.
 */
public final class GarbageTorture {
    private static final int WRITERS = 8;
    private static final int MERGED_FILE = 60_000;

    /** Commits of a branch that is deleted before the load, each of another file. */
    private static final int DROPPED_COMMITS = 8;

    private static final int DROPPED_FILE = 1 << 20;

    /** Connections that may be cut before that is a finding; each is told. */
    private static final int MOST_CUTS = 3;

    private static final int SETTLING_SECONDS = 10;

    /** What a small store may have above the tenth: journal records that were not swept yet. */
    private static final long SLACK = 1 << 20;

    private final Path root;
    private final Path data;
    private final long pauseMillis;
    private final Random random;
    private final List<Writer> writers = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong collections = new AtomicLong();
    private final AtomicLong freed = new AtomicLong();
    private final AtomicLong branches = new AtomicLong();
    private final AtomicLong runs = new AtomicLong();
    private final Queue<String> cuts = new ConcurrentLinkedQueue<>();

    /**
     * @param data is not there yet
     * @param pauseMillis between two requests of a writer
     */
    public GarbageTorture(Path root, Path data, long seed, long pauseMillis) {
        this.root = root;
        this.data = data;
        this.pauseMillis = pauseMillis;
        this.random = new Random(seed);
    }

    /**
     * Fails if anything reachable is lost, or space stays taken.
     *
     * @param over asked now and then: the load ends before its time if it is
     */
    public String run(Duration time, BooleanSupplier over) throws Exception {
        List<String> jobs = List.of("--runtime", "process");
        try (ServerProcess server =
                        ServerProcess.start(root, data, List.of(), ServerProcess.freePort(), jobs);
                HttpClient http =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            server.awaitReady();
            expect(call(server, http, "PUT", "/pfs/first", new byte[1]), Set.of(201));
            expect(call(server, http, "POST", "/commit", null), Set.of(201));
            drop(server, http);
            load(server, http, time, over);
            for (Writer writer : writers) {
                writer.verify(server);
                for (Writer.Acknowledged commit : writer.commits()) {
                    writer.verify(server, commit);
                }
            }
            expect(call(server, http, "POST", "/commit", null), Set.of(200, 201));
            String checked = expect(call(server, http, "GET", "/fsck", null), Set.of(200));
            if (!checked.contains("damages  0")) {
                throw new AssertionError("fsck: " + checked);
            }
            collect(server, http);
            collect(server, http);
            if (freed.get() < (long) DROPPED_COMMITS * DROPPED_FILE) {
                throw new AssertionError("a deleted branch's space is not freed: " + summary());
            }
            return summary() + "; " + compared(server);
        }
    }

    /** A history that is dropped at once: whatever the load does, there is something to free. */
    private void drop(ServerProcess server, HttpClient http) throws Exception {
        expect(call(server, http, "POST", "/branches/dropped", null), Set.of(201));
        for (int i = 0; i < DROPPED_COMMITS; i++) {
            commitFile(server, http, "dropped", "/pfs/dropped", DROPPED_FILE);
        }
        expect(call(server, http, "DELETE", "/branches/dropped", null), Set.of(204));
    }

    private void commitFile(
            ServerProcess server, HttpClient http, String branch, String file, int size)
            throws Exception {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        String on = "?branch=" + branch;
        expect(call(server, http, "PUT", file + on, bytes), Set.of(200, 201));
        expect(call(server, http, "POST", "/commit" + on, null), Set.of(200, 201));
    }

    private void load(ServerProcess server, HttpClient http, Duration time, BooleanSupplier over)
            throws IOException, InterruptedException {
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Writer writer = new Writer("w" + i, random.nextLong());
            writers.add(writer);
            all.add(
                    () -> {
                        write(writer, server);
                        return null;
                    });
        }
        all.add(() -> branches(server, http));
        all.add(() -> collections(server, http));
        if (makeJob(server, http)) {
            all.add(() -> runs(server, http));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> running = all.stream().map(threads::submit).toList();
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end
                    && !over.getAsBoolean()
                    && running.stream().noneMatch(Future::isDone)) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
            stop.set(true);
            for (Future<Void> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(summary() + ": " + e.getCause(), e);
        } finally {
            stop.set(true);
        }
    }

    /** A connection that is cut loses nothing: what the request did is looked at, and told. */
    private void write(Writer writer, ServerProcess server)
            throws IOException, InterruptedException {
        while (!stop.get()) {
            try {
                writer.run(server, pauseMillis, stop);
            } catch (EOFException e) {
                cuts.add(String.valueOf(e.getMessage()));
                if (cuts.size() > MOST_CUTS || !server.alive()) {
                    throw e;
                }
                // The server may be at it yet.
                TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
                writer.verify(server);
            }
        }
    }

    // ---- what goes on beside the writers

    /** A branch with a file of its own, and merged, or a history of larger ones; then deleted. */
    private Void branches(ServerProcess server, HttpClient http) throws Exception {
        for (long i = 0; !stop.get(); i++) {
            String name = "b" + i;
            expect(call(server, http, "POST", "/branches/" + name, null), Set.of(201));
            if (i % 2 == 0) {
                int size = random.nextInt(MERGED_FILE);
                commitFile(server, http, name, "/pfs/merged/" + i % 50, size);
                expect(call(server, http, "POST", "/merge?from=" + name, null), Set.of(200, 201));
            } else {
                for (int commit = 0; commit < 3; commit++) {
                    int size = random.nextInt(DROPPED_FILE);
                    commitFile(server, http, name, "/pfs/dropped", size);
                }
            }
            expect(call(server, http, "DELETE", "/branches/" + name, null), Set.of(204));
            branches.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(5 * pauseMillis);
        }
        return null;
    }

    private Void collections(ServerProcess server, HttpClient http) throws Exception {
        while (!stop.get()) {
            collect(server, http);
            TimeUnit.MILLISECONDS.sleep(20 * pauseMillis);
        }
        return null;
    }

    private void collect(ServerProcess server, HttpClient http) throws Exception {
        HttpResponse<String> answer = call(server, http, "POST", "/gc?trash=0&wait=60", null);
        for (String line : expect(answer, Set.of(200, 503)).lines().toList()) {
            if (line.startsWith("freed-bytes")) {
                freed.addAndGet(Long.parseLong(line.substring(11).strip()));
                collections.incrementAndGet();
            }
        }
    }

    private boolean makeJob(ServerProcess server, HttpClient http) throws IOException {
        Path program = root.resolve("examples/wordcount-python/app.py");
        String spec =
                "{\"input\":\"/words\",\"command\":[\"python3\",\""
                        + program
                        + "\"],\"parallel\":1}";
        try {
            new ProcessBuilder("python3", "-c", "").start().waitFor();
            byte[] job = spec.getBytes(StandardCharsets.UTF_8);
            expect(call(server, http, "PUT", "/jobs/words", job), Set.of(200, 201));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException e) {
            return false; // there is no Python
        }
    }

    private Void runs(ServerProcess server, HttpClient http) throws Exception {
        for (int i = 0; !stop.get(); i++) {
            byte[] words = ("word" + i + " common\n").getBytes(StandardCharsets.UTF_8);
            String file = "/pfs/words/" + i % 10;
            expect(call(server, http, "PUT", file, words), Set.of(200, 201));
            expect(call(server, http, "POST", "/commit", null), Set.of(200, 201));
            expect(call(server, http, "POST", "/run?wait&job=words", null), Set.of(200));
            runs.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(50 * pauseMillis);
        }
        return null;
    }

    // ---- the end

    private String summary() {
        long answered = writers.stream().mapToLong(Writer::answered).sum();
        long commits = writers.stream().mapToLong(w -> w.commits().size()).sum();
        return String.format(
                "%d collections, which freed %d MiB, beside %d requests, %d of them commits, %d"
                        + " branches and %d runs of a job%s",
                collections.get(),
                freed.get() >> 20,
                answered,
                commits,
                branches.get(),
                runs.get(),
                cuts.isEmpty() ? "" : "; connections cut: " + cuts);
    }

    /** The packs beside those of a clone. */
    private String compared(ServerProcess server) throws IOException, InterruptedException {
        Path copy = data.resolveSibling(data.getFileName() + "-copy");
        Process clone =
                new ProcessBuilder(
                                root.resolve("pfs").toString(),
                                "clone",
                                server.uri("").toString(),
                                copy.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(clone.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (clone.waitFor() != 0) {
            throw new AssertionError("pfs clone: " + said);
        }
        long here = packBytes(data);
        long there = packBytes(copy);
        String figures = here + " bytes of packs, " + there + " of a fresh clone's";
        if (here > there * 11 / 10 + SLACK) {
            throw new AssertionError("space is not freed: " + figures);
        }
        return figures;
    }

    private static long packBytes(Path data) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".pack")).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    // ---- requests

    private static HttpResponse<String> call(
            ServerProcess server,
            HttpClient http,
            String method,
            String target,
            byte @Nullable [] body)
            throws IOException, InterruptedException {
        HttpRequest.BodyPublisher publisher =
                body == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(body);
        HttpRequest request =
                HttpRequest.newBuilder(server.uri(target))
                        .method(method, publisher)
                        .timeout(Duration.ofMinutes(10))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String expect(HttpResponse<String> answer, Set<Integer> allowed) {
        if (!allowed.contains(answer.statusCode())) {
            throw new AssertionError(
                    answer.request() + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }
}
