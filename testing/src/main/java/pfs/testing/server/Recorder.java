package pfs.testing.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pfs.testing.history.Event;
import pfs.testing.history.HistoryChecker;

/**
 * A client that does random calls, one after the other, and writes down what it asked and was told.
 * A call whose answer is lost stays unknown, but for appends and commits: these have an
 * Idempotency-Key and are sent again until they are answered.
 */
final class Recorder {
    /** The directory of all that is written whole, one value a file. */
    static final String VALUES = "values";

    /** What is only appended to: grows, and is looked at in the end only. */
    static final String LOG = "log";

    private static final int SHARED = 4;
    private static final int PATIENCE = 200;
    private static final int SILENCE_MILLIS = 30_000;
    private static final int PAUSE_MILLIS = 20;

    private final Caller caller = new Caller(SILENCE_MILLIS);
    private final Function<String, URI> server;
    private final int client;
    private final Random random;
    private final AtomicLong values;
    private final AtomicLong calls;
    private final AtomicBoolean stop;
    private final List<Event> events = new ArrayList<>();
    private final List<String> commits = new ArrayList<>();
    private long start;

    /**
     * @param server the URI of a path, on the server that runs now
     * @param values gives each value of the history another number
     * @param calls counts the calls of all clients
     */
    Recorder(
            Function<String, URI> server,
            int client,
            long seed,
            AtomicLong values,
            AtomicLong calls,
            AtomicBoolean stop) {
        this.server = server;
        this.client = client;
        this.random = new Random(seed);
        this.values = values;
        this.calls = calls;
        this.stop = stop;
    }

    List<Event> events() {
        return events;
    }

    void run() throws IOException, InterruptedException {
        try (caller) {
            while (!stop.get()) {
                step();
                calls.incrementAndGet();
            }
        }
    }

    private void step() throws InterruptedException {
        String shared = VALUES + "/s" + random.nextInt(SHARED);
        String own = VALUES + "/c" + client;
        switch (random.nextInt(10)) {
            case 0, 1 -> put(shared);
            case 2 -> put(own);
            case 3 -> get(own);
            case 4, 5 -> get(shared);
            case 6 -> putAll(VALUES + "/g" + random.nextInt(2));
            case 7 -> append(LOG);
            case 8 -> commit();
            default -> getAt(random.nextBoolean() ? own : shared);
        }
    }

    private String value() {
        return "v" + values.incrementAndGet() + ";";
    }

    private void put(String path) throws InterruptedException {
        String value = value();
        note(new Event.Call.Put(path, value), send("PUT", "/pfs/" + path, bytes(value), null));
    }

    private void putAll(String directory) throws InterruptedException {
        String value = value();
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        for (String path : HistoryChecker.groupPaths(directory)) {
            byte[] bytes = bytes(value);
            tar.writeBytes(TarWriter.header(path, bytes.length));
            tar.writeBytes(java.util.Arrays.copyOf(bytes, 512));
        }
        tar.writeBytes(new byte[1024]);
        note(
                new Event.Call.PutAll(directory, value),
                send("PUT", "/pfs/", tar.toByteArray(), null, "application/x-tar"));
    }

    private void append(String path) throws InterruptedException {
        String token = value();
        note(
                new Event.Call.Append(path, token),
                sure("PUT", "/pfs/" + path + "?append", bytes(token), "a" + token));
    }

    private void commit() throws InterruptedException {
        Event.Outcome outcome = sure("POST", "/commit", new byte[0], "c" + value());
        if (outcome instanceof Event.Outcome.Done(String id)) {
            commits.add(id);
        }
        note(new Event.Call.Commit(), outcome);
    }

    private void get(String path) throws InterruptedException {
        note(new Event.Call.Get(path), send("GET", "/pfs/" + path, null, null));
    }

    private void getAt(String path) throws InterruptedException {
        if (!commits.isEmpty()) {
            String commit = commits.get(random.nextInt(commits.size()));
            note(
                    new Event.Call.GetAt(commit, path),
                    send("GET", "/pfs/" + path + "?commit=" + commit, null, null));
        }
    }

    private void note(Event.Call call, Event.Outcome outcome) {
        events.add(new Event(client, call, outcome, start, System.nanoTime()));
    }

    /** Sends it with a key until it is answered; unknown only if no server comes back. */
    private Event.Outcome sure(String method, String target, byte[] body, String key)
            throws InterruptedException {
        long begun = System.nanoTime();
        Event.Outcome outcome = new Event.Outcome.Unknown();
        for (int i = 0; i < PATIENCE && outcome instanceof Event.Outcome.Unknown; i++) {
            if (i > 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
            outcome = send(method, target, body, key);
        }
        start = begun;
        return outcome;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Event.Outcome send(
            String method, String target, byte @Nullable [] body, @Nullable String key)
            throws InterruptedException {
        return send(method, target, body, key, "application/octet-stream");
    }

    private Event.Outcome send(
            String method, String target, byte @Nullable [] body, @Nullable String key, String type)
            throws InterruptedException {
        Map<String, String> headers =
                key == null
                        ? Map.of("Content-Type", type)
                        : Map.of("Content-Type", type, "Idempotency-Key", key);
        for (int i = 0; i < PATIENCE; i++) {
            start = System.nanoTime();
            try {
                return outcome(method, caller.send(server.apply(target), method, body, headers));
            } catch (ConnectException e) {
                // Nothing was sent: this is no call yet.
                Thread.sleep(PAUSE_MILLIS);
            } catch (IOException e) {
                return new Event.Outcome.Unknown();
            }
        }
        return new Event.Outcome.Unknown();
    }

    private static Event.Outcome outcome(String method, Caller.Answer answer) {
        int status = answer.status();
        if (status / 100 == 2) {
            return new Event.Outcome.Done(answer.text().strip());
        }
        if (status == 404 && method.equals("GET")) {
            return new Event.Outcome.Done("");
        }
        if (status / 100 == 5) {
            return new Event.Outcome.Unknown();
        }
        return new Event.Outcome.Refused();
    }
}
