package pfs.testing.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mixed load for a long time on one server with the memory that it has by default: what is left of
 * the heap after a collection, and the resident memory, stay where they were. The caches in the
 * heap are filled first, by the same load without pauses. In a run of less than {@link #LONG} they
 * still fill, so only bounds that hold at any time are judged there.
 */
public final class LeakTorture {
    private static final int CLIENTS = 6;
    private static final int SAMPLES = 24;

    /** In a short run a look at the memory, which stops the server, takes more than its share. */
    private static final int FEW_SAMPLES = 8;

    private static final int NAMES = 2_000;
    private static final int LARGE = 1 << 20;

    /** From this long on a run shows whether memory grows. */
    private static final Duration LONG = Duration.ofMinutes(20);

    /** What {@code /metrics} says of each cache in the heap, and of its limit. */
    private static final Pattern CACHE =
            Pattern.compile("pfs_cache(_limit)?_bytes\\{cache=\"([^\"]+)\"} (\\S+)");

    /** Part of its limit at which a cache is full: the next value may not fit any more. */
    private static final double FULL = 0.98;

    private static final Duration FILLING = Duration.ofMinutes(20);

    /** Three quarters of the heap that a server has: the rest is for what requests need. */
    private static final long MAX_HEAP_KIB = 384 << 10;

    /** The heap, the code, RocksDB, and the buffers outside of the heap. */
    private static final long MAX_RESIDENT_KIB = 800 << 10;

    /** The young and the old generation have a line each; the classes' memory follows. */
    private static final Pattern USED =
            Pattern.compile("(?:DefNew|Tenured) +total \\d+K, used (\\d+)K");

    private final Path root;
    private final Path data;
    private final long seed;
    private final long pauseMillis;
    private volatile long pause;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong();

    private record Sample(long heapKib, long residentKib) {}

    /**
     * @param data is not there yet
     * @param pauseMillis between two calls of a client
     */
    public LeakTorture(Path root, Path data, long seed, long pauseMillis) {
        this.root = root;
        this.data = data;
        this.seed = seed;
        this.pauseMillis = pauseMillis;
    }

    /**
     * Fails if the last quarter of the time has more memory than the second, or, in a short run, if
     * there is ever more than a server may have.
     */
    public String run(Duration time) throws Exception {
        boolean longRun = time.compareTo(LONG) >= 0;
        int looks = longRun ? SAMPLES : FEW_SAMPLES;
        pause = longRun ? 0 : pauseMillis;
        List<Sample> samples = new ArrayList<>();
        try (ServerProcess server = ServerProcess.ready(root, data);
                HttpClient http = HttpClient.newHttpClient();
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(server, http, i, new Random(seed + i));
                clients.add(pool.submit(client::run));
            }
            if (longRun) {
                awaitFullCaches(server, http);
            }
            pause = pauseMillis;
            for (int i = 0; i < looks; i++) {
                TimeUnit.NANOSECONDS.sleep(time.toNanos() / looks);
                samples.add(sample(server));
            }
            stop.set(true);
            for (Future<?> client : clients) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(samples + ": a client failed: " + e.getCause(), e);
        } finally {
            stop.set(true);
        }
        return judged(samples, longRun);
    }

    private static void awaitFullCaches(ServerProcess server, HttpClient http) throws Exception {
        long end = System.nanoTime() + FILLING.toNanos();
        Map<String, Double> filled = Map.of("none", 0.0);
        while (filled.values().stream().anyMatch(part -> part < FULL)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("the caches do not become full: " + filled);
            }
            TimeUnit.SECONDS.sleep(1);
            filled = filled(server, http);
        }
    }

    /** The part of its limit that each cache has. */
    private static Map<String, Double> filled(ServerProcess server, HttpClient http)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.uri("/metrics")).build();
        String metrics = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        Map<String, Double> held = new TreeMap<>();
        Map<String, Double> limits = new TreeMap<>();
        CACHE.matcher(metrics)
                .results()
                .forEach(
                        figure ->
                                (figure.group(1) == null ? held : limits)
                                        .put(figure.group(2), Double.parseDouble(figure.group(3))));
        if (held.isEmpty() || !held.keySet().equals(limits.keySet())) {
            throw new AssertionError("/metrics does not say what the caches hold");
        }
        Map<String, Double> filled = new TreeMap<>();
        limits.forEach((cache, limit) -> filled.put(cache, held.getOrDefault(cache, 0.0) / limit));
        return filled;
    }

    private String judged(List<Sample> samples, boolean longRun) {
        int looks = samples.size();
        Sample early = mean(samples.subList(looks / 4, looks / 2));
        Sample late = mean(samples.subList(looks * 3 / 4, looks));
        String figures =
                String.format(
                        "%d requests; of the second quarter and the last: heap after a collection"
                                + " %d and %d MiB, resident %d and %d MiB",
                        requests.get(),
                        early.heapKib >> 10,
                        late.heapKib >> 10,
                        early.residentKib >> 10,
                        late.residentKib >> 10);
        if (longRun ? grows(early, late) : samples.stream().anyMatch(LeakTorture::tooMuch)) {
            String what = longRun ? "memory grows: " : "more memory than a server may have: ";
            throw new AssertionError(what + figures + "; " + samples);
        }
        return figures;
    }

    private static boolean grows(Sample early, Sample late) {
        return late.heapKib > early.heapKib * 11 / 10 + (8 << 10)
                || late.residentKib > early.residentKib * 11 / 10 + (16 << 10);
    }

    private static boolean tooMuch(Sample sample) {
        return sample.heapKib > MAX_HEAP_KIB || sample.residentKib > MAX_RESIDENT_KIB;
    }

    private static Sample mean(List<Sample> samples) {
        return new Sample(
                (long) samples.stream().mapToLong(Sample::heapKib).average().orElseThrow(),
                (long) samples.stream().mapToLong(Sample::residentKib).average().orElseThrow());
    }

    private Sample sample(ServerProcess server) throws Exception {
        long resident = server.residentKib();
        Matcher used = USED.matcher(collected(server));
        long heap = 0;
        int generations = 0;
        while (used.find()) {
            heap += Long.parseLong(used.group(1));
            generations++;
        }
        if (generations != 2) {
            throw new AssertionError("jcmd does not say what the heap's two generations have");
        }
        return new Sample(heap, resident);
    }

    /**
     * What is said of the heap after a collection; both by one process, for these take their time.
     */
    private String collected(ServerProcess server) throws Exception {
        Path commands = data.resolveSibling("commands");
        Files.writeString(commands, "GC.run\nGC.heap_info\n");
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String pid = Long.toString(server.pid());
        Process process =
                new ProcessBuilder(program, pid, "-f", commands.toString())
                        .redirectErrorStream(true)
                        .start();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError("jcmd: " + said);
            }
            return said;
        }
    }

    /** Calls of all kinds, refused ones and broken ones among them, over names that come again. */
    private final class Client {
        private final ServerProcess server;
        private final HttpClient http;
        private final int number;
        private final Random random;

        Client(ServerProcess server, HttpClient http, int number, Random random) {
            this.server = server;
            this.http = http;
            this.number = number;
            this.random = random;
        }

        Void run() throws Exception {
            for (int i = 0; !stop.get(); i++) {
                call(i);
                requests.incrementAndGet();
                TimeUnit.MILLISECONDS.sleep(pause);
            }
            return null;
        }

        private String path() {
            return "/pfs/d" + random.nextInt(20) + "/f" + random.nextInt(NAMES);
        }

        private void call(int i) throws Exception {
            int kind = random.nextInt(100);
            if (kind < 35) {
                send("GET", path(), 0);
            } else if (kind < 65) {
                send("PUT", path(), 1 + random.nextInt(8192));
            } else if (kind < 68) {
                send("PUT", "/pfs/large" + random.nextInt(5), 3 << 20);
            } else if (kind < 71) {
                send("GET", "/pfs/large" + random.nextInt(5), 0);
            } else if (kind < 75) {
                send("DELETE", path(), 0);
            } else if (kind < 80) {
                send("POST", path() + "?append", 100);
            } else if (kind < 84) {
                send("GET", "/pfs/d" + random.nextInt(20) + "/?limit=200", 0);
            } else if (kind < 88) {
                send("POST", "/commit?message=m" + i, 0);
            } else if (kind < 90) {
                send("GET", "/diff?from=master~1&to=master", 0);
            } else if (kind < 92) {
                send("GET", "/commits?limit=20", 0);
            } else if (kind < 94) {
                branch("b" + number + "-" + i);
            } else if (kind < 96) {
                send("POST", "/copy?from=/d" + random.nextInt(20) + "&to=/copy" + number, 0);
            } else if (kind < 97) {
                cutOff();
            } else if (kind < 99) {
                send("PUT", "/pfs/a//../b", 10);
            } else if (number == 0) {
                send("POST", "/gc?trash=0&wait=5", 0);
            } else {
                send("GET", "/metrics", 0);
            }
        }

        private void branch(String name) throws Exception {
            send("POST", "/branches/" + name, 0);
            send("PUT", "/pfs/of-branch?branch=" + name, 2000);
            send("POST", "/commit?message=x&branch=" + name, 0);
            send("POST", "/merge?from=" + name, 0);
            send("DELETE", "/branches/" + name, 0);
        }

        private void send(String method, String path, int body) throws Exception {
            byte[] bytes = new byte[body];
            // Large ones of few contents, or an hour of history would fill a disk.
            Random content = body > LARGE ? new Random(random.nextInt(20)) : random;
            content.nextBytes(bytes);
            HttpRequest request =
                    HttpRequest.newBuilder(server.uri(path))
                            .method(method, HttpRequest.BodyPublishers.ofByteArray(bytes))
                            .timeout(Duration.ofMinutes(10))
                            .build();
            int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status >= 500 && status != 503) {
                throw new AssertionError(method + " " + path + " was answered " + status);
            }
        }

        private void cutOff() throws IOException {
            try (java.net.Socket socket =
                    new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), server.port())) {
                String head =
                        "PUT /pfs/cut HTTP/1.1\r\n"
                                + "Host: localhost\r\n"
                                + "Content-Length: 100000\r\n\r\n";
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(new byte[50_000]);
            }
        }
    }
}
