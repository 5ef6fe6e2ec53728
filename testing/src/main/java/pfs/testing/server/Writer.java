package pfs.testing.server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.client.tar.TarEntry;
import pfs.client.tar.TarReader;

/**
 * One client that writes below a directory of its own, one request after the other, and keeps what
 * it was told. So at any moment it knows exactly what its directory holds, but for the one request
 * that was not answered.
 */
final class Writer {
    private static final int NAMES = 12;
    private static final int PATIENCE_MILLIS = 300_000;

    /** A commit that was answered, and the writer's files in it: path → number of its bytes. */
    record Acknowledged(String id, Map<String, Integer> files) {}

    private final Caller caller = new Caller(PATIENCE_MILLIS);
    private final String directory;
    private final Random random;
    private final List<Acknowledged> commits = new ArrayList<>();
    private Map<String, Integer> files = new TreeMap<>();
    private @Nullable Map<String, Integer> inDoubt;
    private int number;
    private final AtomicLong answered = new AtomicLong();

    Writer(String directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
    }

    /** Requests that were answered. */
    long answered() {
        return answered.get();
    }

    List<Acknowledged> commits() {
        return commits;
    }

    /** The bytes of a number: they name it, and all differ. */
    static byte[] bytes(int number) {
        Random random = new Random(number);
        int length = number % 23 == 0 ? 400_000 : number % 7 == 0 ? 0 : random.nextInt(12_000);
        byte[] bytes = new byte[Math.max(length, 24)];
        random.nextBytes(bytes);
        byte[] head = String.format("number %10d;     \n", number).getBytes();
        System.arraycopy(head, 0, bytes, 0, head.length);
        return bytes;
    }

    /** Writes until a request fails, which a kill does. */
    void run(ServerProcess server) {
        try {
            while (true) {
                step(server);
            }
        } catch (IOException e) {
            // The fate of the last request is open: inDoubt says what it would make.
        }
    }

    /** Writes until it is told to stop, with a pause after each request. */
    void run(ServerProcess server, long pauseMillis, AtomicBoolean stop)
            throws IOException, InterruptedException {
        while (!stop.get()) {
            step(server);
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
        }
    }

    private void step(ServerProcess server) throws IOException {
        int next = directory.hashCode() * 31 + ++number & 0x7fff_ffff;
        String path = directory + "/" + random.nextInt(4) + "/" + random.nextInt(NAMES);
        Map<String, Integer> after = new TreeMap<>(files);
        switch (random.nextInt(20)) {
            case 0, 1 -> {
                commit(server);
                return;
            }
            case 2, 3 -> {
                boolean there = after.remove(path) != null;
                inDoubt = after;
                expect(send(server, "DELETE", path, null), there ? 204 : 404);
            }
            case 4 -> {
                boolean there = after.containsKey(path);
                after.putIfAbsent(path, next);
                inDoubt = after;
                expect(send(server, "POST", path, bytes(next)), there ? 409 : 201);
            }
            case 5 -> {
                for (int i = 0; i < 5; i++) {
                    after.put(directory + "/tar/" + i, next + i);
                }
                inDoubt = after;
                expect(tar(server, next), 200);
            }
            default -> {
                boolean there = after.put(path, next) != null;
                inDoubt = after;
                expect(send(server, "PUT", path, bytes(next)), there ? 200 : 201);
            }
        }
        files = after;
        inDoubt = null;
        answered.incrementAndGet();
    }

    private void commit(ServerProcess server) throws IOException {
        Caller.Answer answer = send(server, "POST", "/commit?message=m", null);
        if (answer.status() == 422 && files.isEmpty()) {
            return;
        }
        if (answer.status() != 200) {
            expect(answer, 201);
        }
        commits.add(new Acknowledged(answer.text().strip(), Map.copyOf(files)));
        answered.incrementAndGet();
    }

    private Caller.Answer tar(ServerProcess server, int first) throws IOException {
        TarWriter tar = new TarWriter();
        for (int i = 0; i < 5; i++) {
            tar.file(Integer.toString(i), bytes(first + i));
        }
        Map<String, String> type = Map.of("Content-Type", "application/x-tar");
        return send(server, "PUT", "/pfs/" + directory + "/tar/", tar.finish(), type);
    }

    private Caller.Answer send(
            ServerProcess server, String method, String path, byte @Nullable [] body)
            throws IOException {
        String target = path.startsWith("/") ? path : "/pfs/" + path;
        return send(server, method, target, body, Map.of());
    }

    private Caller.Answer send(
            ServerProcess server,
            String method,
            String target,
            byte @Nullable [] body,
            Map<String, String> headers)
            throws IOException {
        try {
            Caller.Answer answer = caller.send(server.uri(target), method, body, headers);
            if (answer.status() == 503) {
                throw new IOException("the store has stopped: " + answer.text());
            }
            return answer;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer within five minutes: " + method + target, e);
        }
    }

    private void expect(Caller.Answer answer, int status) {
        if (answer.status() != status) {
            throw new AssertionError(
                    "a request of "
                            + directory
                            + " was answered with "
                            + answer.status()
                            + " instead of "
                            + status
                            + ": "
                            + answer.text());
        }
    }

    // ---- after the restart

    /** Compares the branch with what was told; the request in doubt is settled by what is there. */
    void verify(ServerProcess server) throws IOException {
        Map<String, Integer> found = read(server, "");
        if (!found.equals(files)) {
            if (inDoubt == null || !found.equals(inDoubt)) {
                throw new AssertionError(
                        directory
                                + ": acknowledged "
                                + files
                                + "\n in doubt "
                                + inDoubt
                                + "\n found "
                                + found);
            }
            files = found;
        }
        inDoubt = null;
    }

    /** Compares a commit with what the writer knew when it was answered. */
    void verify(ServerProcess server, Acknowledged commit) throws IOException {
        Map<String, Integer> found = read(server, "commit=" + commit.id);
        if (!found.equals(commit.files)) {
            throw new AssertionError(
                    directory
                            + " in commit "
                            + commit.id
                            + ": acknowledged "
                            + new TreeMap<>(commit.files)
                            + "\n found "
                            + found);
        }
    }

    /** All files below the directory, each checked byte for byte against the number in it. */
    private Map<String, Integer> read(ServerProcess server, String query) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        Map<String, String> archived = Map.of("Accept", "application/x-tar");
        Caller.Answer archive =
                send(server, "GET", "/pfs/" + directory + "/?" + query, null, archived);
        if (archive.status() == 404) {
            return found;
        }
        if (archive.status() != 200) {
            throw new AssertionError(directory + "/ is answered " + archive.status());
        }
        TarReader tar = new TarReader(new ByteArrayInputStream(archive.bytes()));
        for (@Nullable TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
            if (!entry.directory()) {
                String name = entry.path();
                String path = name.startsWith(directory + "/") ? name : directory + "/" + name;
                found.put(path, number(path, tar.readAll()));
            }
        }
        readOne(server, query, found);
        return found;
    }

    /** One of the files is asked for by itself too. */
    private void readOne(ServerProcess server, String query, Map<String, Integer> found)
            throws IOException {
        if (!found.isEmpty()) {
            List<Map.Entry<String, Integer>> all = List.copyOf(found.entrySet());
            Map.Entry<String, Integer> one = all.get(random.nextInt(all.size()));
            String path = one.getKey();
            Caller.Answer file = send(server, "GET", "/pfs/" + path + "?" + query, null, Map.of());
            if (file.status() != 200 || number(path, file.bytes()) != one.getValue()) {
                throw new AssertionError(path + " is answered " + file.status());
            }
        }
    }

    private static int number(String path, byte[] bytes) {
        if (bytes.length < 24) {
            throw new AssertionError(path + " has " + bytes.length + " bytes");
        }
        int its = Integer.parseInt(new String(bytes, 7, 10).strip());
        if (!Arrays.equals(bytes, bytes(its))) {
            throw new AssertionError(path + " is torn: number " + its);
        }
        return its;
    }
}
