package pfs.testing.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import pfs.client.tar.TarEntry;
import pfs.client.tar.TarReader;
import pfs.testing.history.Event;
import pfs.testing.history.HistoryChecker;
import pfs.testing.history.Ledger;

/**
 * Clients beside each other on a real server, which is killed now and then and collects its garbage
 * all the while; {@link HistoryChecker} then proves that nobody was told a lie.
 */
public final class HistoryTorture {
    private static final int CLIENTS = 8;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** A commit in a list as JSON has it. */
    private static final Pattern COMMIT =
            Pattern.compile(
                    "\"id\"\\s*:\\s*\"([0-9a-f]{64})\".*?\"parents\"\\s*:\\s*\\[(.*?)\\]",
                    Pattern.DOTALL);

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
     * Makes so many calls, and kills the server as often meanwhile.
     *
     * @throws AssertionError that says what was broken
     */
    public String run(long calls, int kills)
            throws IOException, InterruptedException, ExecutionException {
        AtomicReference<ServerProcess> server =
                new AtomicReference<>(ServerProcess.ready(root, data));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong made = new AtomicLong();
        List<Event> events = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient http = client(threads)) {
            List<Recorder> recorders = recorders(http, server, made, stop);
            List<Future<?>> running = new ArrayList<>();
            for (Recorder recorder : recorders) {
                running.add(
                        threads.submit(
                                () -> {
                                    recorder.run();
                                    return true;
                                }));
            }
            live(http, server, made, calls, kills);
            stop.set(true);
            for (Future<?> one : running) {
                one.get();
            }
            recorders.forEach(recorder -> events.addAll(recorder.events()));
            prove(events, ledger(http, t -> current(server).uri(t)));
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
                + kills
                + " kills, no promise broken";
    }

    private List<Recorder> recorders(
            HttpClient http,
            AtomicReference<ServerProcess> server,
            AtomicLong calls,
            AtomicBoolean stop) {
        AtomicLong values = new AtomicLong();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            recorders.add(
                    new Recorder(
                            http,
                            t -> current(server).uri(t),
                            i,
                            seed * 100 + i,
                            values,
                            calls,
                            stop));
        }
        return recorders;
    }

    /** One server after the other, each ended by kill -9 but the last. */
    private void live(
            HttpClient http,
            AtomicReference<ServerProcess> server,
            AtomicLong calls,
            long wanted,
            int kills)
            throws IOException, InterruptedException {
        for (int life = 1; life <= kills + 1; life++) {
            // half of a life before the collection, and what is left of it behind that
            await(calls, wanted * (2L * life - 1) / (2L * kills + 2));
            collect(http, current(server).uri("/gc?trash=0&wait=5"));
            if (life <= kills) {
                await(calls, wanted * life / (kills + 1) - random.nextInt(20));
                current(server).kill();
                server.set(ServerProcess.ready(root, data));
            }
        }
        await(calls, wanted);
    }

    /** Clients go on meanwhile; that they make no progress at all is a finding. */
    private static void await(AtomicLong calls, long wanted) throws InterruptedException {
        long seen = calls.get();
        long since = System.nanoTime();
        while (calls.get() < wanted) {
            TimeUnit.MILLISECONDS.sleep(5);
            if (calls.get() > seen) {
                seen = calls.get();
                since = System.nanoTime();
            } else if (System.nanoTime() - since > PATIENCE_NANOS) {
                throw new AssertionError("no call was answered for five minutes");
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
     * What the server says now: the line of commits, each with its files, which one archive brings.
     *
     * @param server the URI of a path
     */
    static Ledger ledger(HttpClient http, Function<String, URI> server)
            throws IOException, InterruptedException {
        List<Ledger.Entry> commits = new ArrayList<>();
        String after = "";
        while (true) {
            List<Listed> page = page(http, server, after);
            for (Listed commit : page) {
                Map<String, String> files = files(http, server, "?commit=" + commit.id);
                commits.addFirst(new Ledger.Entry(commit.id, commit.parents, files));
            }
            if (page.isEmpty()) {
                return new Ledger(commits, files(http, server, ""));
            }
            after = "&after=" + page.getLast().id;
        }
    }

    private record Listed(String id, List<String> parents) {}

    private static List<Listed> page(HttpClient http, Function<String, URI> server, String after)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.apply("/commits?limit=1000" + after))
                        .header("Accept", "application/json")
                        .build();
        String json = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        List<Listed> listed = new ArrayList<>();
        Matcher ids = COMMIT.matcher(json);
        while (ids.find()) {
            String parents = ids.group(2).replaceAll("[\"\\s]", "");
            listed.add(
                    new Listed(
                            ids.group(1),
                            parents.isEmpty() ? List.of() : List.of(parents.split(","))));
        }
        return listed;
    }

    private static Map<String, String> files(
            HttpClient http, Function<String, URI> server, String query)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(server.apply("/pfs/" + query))
                        .header("Accept", "application/x-tar")
                        .build();
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new AssertionError("the files of '" + query + "': " + answer.statusCode());
        }
        Map<String, String> files = new HashMap<>();
        TarReader tar = new TarReader(new ByteArrayInputStream(answer.body()));
        for (@Nullable TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            if (!entry.directory()) {
                files.put(entry.path(), new String(tar.readAll(), StandardCharsets.UTF_8).strip());
            }
        }
        return files;
    }
}
