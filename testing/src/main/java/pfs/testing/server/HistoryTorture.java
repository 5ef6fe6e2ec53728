package pfs.testing.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import pfs.testing.history.Event;
import pfs.testing.history.HistoryChecker;
import pfs.testing.history.Ledger;

/**
 * Clients beside each other on a real server, which is killed now and then and collects its garbage
 * all the while; {@link HistoryChecker} then proves that nobody was told a lie.
 */
public final class HistoryTorture {
    private static final int CLIENTS = 8;

    private final Path root;
    private final Path data;
    private final Random random;
    private final long seed;

    /**
     * @param root the tree that has {@code pfs} in it
     */
    public HistoryTorture(Path root, Path data, long seed) {
        this.root = root;
        this.data = data;
        this.seed = seed;
        this.random = new Random(seed);
    }

    /**
     * Runs so many lives of a server, each for that long.
     *
     * @throws AssertionError that says what was broken
     */
    public String run(int lives, long millis)
            throws IOException, InterruptedException, ExecutionException {
        AtomicReference<ServerProcess> server =
                new AtomicReference<>(ServerProcess.ready(root, data));
        AtomicBoolean stop = new AtomicBoolean();
        List<Event> events = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http = client(threads)) {
            List<Recorder> recorders = recorders(http, server, stop);
            List<Future<?>> running = new ArrayList<>();
            for (Recorder recorder : recorders) {
                running.add(
                        threads.submit(
                                () -> {
                                    recorder.run();
                                    return true;
                                }));
            }
            live(http, server, lives, millis);
            stop.set(true);
            for (Future<?> one : running) {
                one.get();
            }
            recorders.forEach(recorder -> events.addAll(recorder.events()));
            prove(events, ledger(http, t -> current(server).uri(t), events));
        } finally {
            current(server).close();
        }
        long unknown =
                events.stream().filter(e -> e.outcome() instanceof Event.Outcome.Unknown).count();
        return events.size()
                + " calls of "
                + CLIENTS
                + " clients, "
                + unknown
                + " of unknown fate, "
                + (lives - 1)
                + " kills, no promise broken";
    }

    private List<Recorder> recorders(
            HttpClient http, AtomicReference<ServerProcess> server, AtomicBoolean stop) {
        AtomicLong values = new AtomicLong();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            recorders.add(
                    new Recorder(
                            http, t -> current(server).uri(t), i, seed * 100 + i, values, stop));
        }
        return recorders;
    }

    /** One server after the other, each ended by kill -9 but the last. */
    private void live(
            HttpClient http, AtomicReference<ServerProcess> server, int lives, long millis)
            throws IOException, InterruptedException {
        for (int life = 1; life <= lives; life++) {
            TimeUnit.MILLISECONDS.sleep(millis / 2 + random.nextLong(millis));
            collect(http, current(server).uri("/gc?trash=0&wait=5"));
            if (life < lives) {
                current(server).kill();
                server.set(ServerProcess.ready(root, data));
            }
        }
    }

    private void prove(List<Event> events, Ledger ledger) {
        List<String> broken = HistoryChecker.check(events, ledger);
        if (!broken.isEmpty()) {
            List<String> first = broken.subList(0, Math.min(20, broken.size()));
            throw new AssertionError("seed " + seed + ": " + String.join("\n", first));
        }
    }

    private static ServerProcess current(AtomicReference<ServerProcess> server) {
        return java.util.Objects.requireNonNull(server.get());
    }

    private static HttpClient client(ExecutorService threads) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build();
    }

    private static void collect(HttpClient http, URI uri) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 && answer.statusCode() != 503) {
            throw new AssertionError("gc: " + answer.statusCode() + " " + answer.body());
        }
    }

    /**
     * What the server says now.
     *
     * @param server the URI of a path
     */
    static Ledger ledger(HttpClient http, Function<String, URI> server, List<Event> events)
            throws IOException, InterruptedException {
        List<String> paths = new ArrayList<>();
        for (Event event : events) {
            switch (event.call()) {
                case Event.Call.Put(String path, String _) -> add(paths, path);
                case Event.Call.Append(String path, String _) -> add(paths, path);
                case Event.Call.PutAll(String directory, String _) ->
                        HistoryChecker.groupPaths(directory).forEach(path -> add(paths, path));
                case Event.Call.Get _, Event.Call.GetAt _, Event.Call.Commit _ -> {}
            }
        }
        List<String> ids = new ArrayList<>();
        text(http, server.apply("/commits?limit=100000"))
                .lines()
                .forEach(line -> ids.addFirst(line.split("\\s", 2)[0]));
        List<Ledger.Entry> commits = new ArrayList<>();
        for (String id : ids) {
            commits.add(
                    new Ledger.Entry(
                            id, parents(http, server, id), files(http, server, paths, id)));
        }
        return new Ledger(commits, files(http, server, paths, ""));
    }

    private static void add(List<String> paths, String path) {
        if (!paths.contains(path)) {
            paths.add(path);
        }
    }

    private static List<String> parents(HttpClient http, Function<String, URI> server, String id)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.apply("/commits/" + id))
                        .header("Accept", "application/json")
                        .build();
        String json = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        int from = json.indexOf("\"parents\":[") + 11;
        String list = json.substring(from, json.indexOf(']', from)).replace("\"", "");
        return list.isBlank() ? List.of() : List.of(list.split("\\s*,\\s*"));
    }

    private static Map<String, String> files(
            HttpClient http, Function<String, URI> server, List<String> paths, String commit)
            throws IOException, InterruptedException {
        Map<String, String> files = new HashMap<>();
        for (String path : paths) {
            String target = "/pfs/" + path + (commit.isEmpty() ? "" : "?commit=" + commit);
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(server.apply(target)).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                files.put(path, answer.body().strip());
            } else if (answer.statusCode() != 404) {
                throw new AssertionError(target + ": " + answer.statusCode() + " " + answer.body());
            }
        }
        return files;
    }

    private static String text(HttpClient http, URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
