package pfs.testing.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
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
import java.util.function.BooleanSupplier;
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
    private static final int SILENCE_MILLIS = 300_000;

    /** Commits whose values are read at once. */
    private static final int READERS = 8;

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
    private final List<Event> events = new ArrayList<>();

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
     * Makes so many calls, and kills the server as often meanwhile; fewer of both if it is over
     * before. Once for each object.
     *
     * @throws AssertionError that says what was broken
     */
    public String run(long calls, int kills, BooleanSupplier over)
            throws IOException, InterruptedException, ExecutionException {
        AtomicReference<ServerProcess> server =
                new AtomicReference<>(ServerProcess.shortLived(root, data));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong made = new AtomicLong();
        int killed;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Recorder> recorders = recorders(server, made, stop);
            List<Future<?>> running = new ArrayList<>();
            for (Recorder recorder : recorders) {
                running.add(
                        threads.submit(
                                () -> {
                                    recorder.run();
                                    return true;
                                }));
            }
            killed = live(server, made, calls, kills, over);
            stop.set(true);
            for (Future<?> one : running) {
                one.get();
            }
            recorders.forEach(recorder -> events.addAll(recorder.events()));
            prove(events, ledger(t -> current(server).uri(t)));
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
                + killed
                + " kills, no promise broken";
    }

    /** Calls that were made and judged. */
    public long calls() {
        return events.size();
    }

    private List<Recorder> recorders(
            AtomicReference<ServerProcess> server, AtomicLong calls, AtomicBoolean stop) {
        AtomicLong values = new AtomicLong();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            recorders.add(
                    new Recorder(
                            t -> current(server).uri(t), i, seed * 100 + i, values, calls, stop));
        }
        return recorders;
    }

    /** One server after the other, each ended by kill -9 but the last; the kills. */
    private int live(
            AtomicReference<ServerProcess> server,
            AtomicLong calls,
            long wanted,
            int kills,
            BooleanSupplier over)
            throws IOException, InterruptedException {
        int killed = 0;
        for (int life = 1; life <= kills + 1 && !over.getAsBoolean(); life++) {
            // half of a life before the collection, and what is left of it behind that
            await(calls, wanted * (2L * life - 1) / (2L * kills + 2), over);
            collect(current(server).uri("/gc?trash=0&wait=5"));
            if (life <= kills) {
                await(calls, wanted * life / (kills + 1) - random.nextInt(20), over);
                current(server).kill();
                server.set(ServerProcess.shortLived(root, data));
                killed++;
            }
        }
        await(calls, wanted, over);
        return killed;
    }

    /** Clients go on meanwhile; that they make no progress at all is a finding. */
    private static void await(AtomicLong calls, long wanted, BooleanSupplier over)
            throws InterruptedException {
        long seen = calls.get();
        long since = System.nanoTime();
        while (calls.get() < wanted && !over.getAsBoolean()) {
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

    private static void collect(URI uri) throws IOException {
        try (Caller caller = new Caller(SILENCE_MILLIS)) {
            Caller.Answer answer = caller.send(uri, "POST", null, Map.of());
            if (answer.status() != 200 && answer.status() != 503) {
                throw new AssertionError("gc: " + answer.status() + " " + answer.text());
            }
        }
    }

    /**
     * What the server says now: the line of commits, each with its values, which one archive
     * brings, and all files of the branch.
     *
     * @param server the URI of a path
     */
    static Ledger ledger(Function<String, URI> server) throws IOException {
        List<Listed> commits = new ArrayList<>();
        String after = "";
        Map<String, String> now;
        try (Caller caller = new Caller(SILENCE_MILLIS)) {
            while (true) {
                List<Listed> page = page(caller, server.apply("/commits?limit=1000" + after));
                if (page.isEmpty()) {
                    now = files(caller, server.apply("/pfs/"));
                    break;
                }
                commits.addAll(page);
                after = "&after=" + page.getLast().id;
            }
        }
        return new Ledger(entries(server, commits.reversed()), now);
    }

    /** The values of commits, some asked for at once: over a shared store each takes its time. */
    private static List<Ledger.Entry> entries(Function<String, URI> server, List<Listed> commits)
            throws IOException {
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
            List<Future<Ledger.Entry>> asked = new ArrayList<>();
            for (Listed commit : commits) {
                URI values = server.apply("/pfs/" + Recorder.VALUES + "/?commit=" + commit.id);
                asked.add(threads.submit(() -> entry(commit, values)));
            }
            List<Ledger.Entry> entries = new ArrayList<>();
            for (Future<Ledger.Entry> one : asked) {
                entries.add(one.get());
            }
            return entries;
        } catch (ExecutionException | InterruptedException e) {
            throw new IOException("the values of a commit were not read", e);
        }
    }

    private static Ledger.Entry entry(Listed commit, URI values) throws IOException {
        try (Caller caller = new Caller(SILENCE_MILLIS)) {
            return new Ledger.Entry(commit.id, commit.parents, files(caller, values));
        }
    }

    private record Listed(String id, List<String> parents) {}

    private static List<Listed> page(Caller caller, URI uri) throws IOException {
        String json = caller.send(uri, "GET", null, Map.of("Accept", "application/json")).text();
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

    private static Map<String, String> files(Caller caller, URI uri) throws IOException {
        Caller.Answer answer = caller.send(uri, "GET", null, Map.of("Accept", "application/x-tar"));
        if (answer.status() == 404) {
            return Map.of(); // nothing is in that directory
        }
        if (answer.status() != 200) {
            throw new AssertionError("the files of " + uri + ": " + answer.status());
        }
        String directory = uri.getPath().substring("/pfs/".length());
        Map<String, String> files = new HashMap<>();
        TarReader tar = new TarReader(new ByteArrayInputStream(answer.bytes()));
        for (@Nullable TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            if (!entry.directory()) {
                String path =
                        entry.path().startsWith(directory)
                                ? entry.path()
                                : directory + entry.path();
                files.put(path, new String(tar.readAll(), StandardCharsets.UTF_8).strip());
            }
        }
        return files;
    }
}
