package pfs.testing.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real server whose process may open no more files: who is connected is answered, reads are
 * right, a write is done or refused in words; when there are files again it goes on without a
 * restart.
 */
public final class FewFiles {
    private static final int FILES = 60;
    private static final int SPARE = 20;

    /** Files that may be given back for a moment. */
    private static final int NEARLY = 2;

    private static final int PATIENCE_SECONDS = 120;

    private final Path root;
    private final Path data;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * @param root the tree that has {@code pfs} in it
     * @param data is not there yet
     */
    public FewFiles(Path root, Path data) {
        this.root = root;
        this.data = data;
    }

    /** Throws an AssertionError that says what went wrong. */
    public String run() throws IOException, InterruptedException {
        int refused = 0;
        try (ServerProcess server = ServerProcess.ready(root, data);
                HttpClient kept = client) {
            for (int i = 0; i < FILES; i++) {
                expect(send(kept, server, "PUT", "/pfs/d/" + i, bytes(i)), 201);
            }
            expect(send(kept, server, "POST", "/commit", new byte[0]), 201);
            long limit = files(server) + SPARE;
            limit(server, limit);
            List<Socket> idle = new ArrayList<>();
            try {
                for (int i = 0; i < 2 * SPARE; i++) {
                    idle.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
                }
                awaitAll(server);
                verifyFull(server, limit);
                refused = load(kept, server);
                verifyFull(server, limit);
            } finally {
                for (Socket socket : idle) {
                    socket.close();
                }
            }
            limit(server, 4096);
            goesOn(kept, server);
        }
        return "a process without files: "
                + FILES
                + " reads were right, "
                + refused
                + " of as many writes refused; it went on when there were files again";
    }

    /** Without this all that follows would be said of a server that has files to spare. */
    private static void verifyFull(ServerProcess server, long limit) throws IOException {
        long now = files(server);
        if (now < limit - NEARLY) {
            throw new AssertionError("it has " + now + " of " + limit + " files: none is missing");
        }
    }

    /** Reads, which must be right, and writes; answers how many of these were refused. */
    private int load(HttpClient kept, ServerProcess server)
            throws IOException, InterruptedException {
        int refused = 0;
        for (int i = 0; i < FILES; i++) {
            read(kept, server, i);
            HttpResponse<byte[]> put = send(kept, server, "PUT", "/pfs/e/" + i, bytes(i));
            if (put.statusCode() != 201) {
                refused++;
                boolean said = put.body().length > 0;
                if (!said || (put.statusCode() != 503 && put.statusCode() != 507)) {
                    throw wrong("a write without files", put);
                }
            }
        }
        return refused;
    }

    private void goesOn(HttpClient kept, ServerProcess server)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> put = send(kept, server, "PUT", "/pfs/after", bytes(1));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (put.statusCode() >= 500 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
            put = send(kept, server, "PUT", "/pfs/after", bytes(1));
        }
        if (put.statusCode() != 201 && put.statusCode() != 200) {
            throw wrong("a write with files again", put);
        }
        try (HttpClient other = HttpClient.newHttpClient()) {
            for (int i = 0; i < FILES; i++) {
                read(other, server, i);
            }
            expect(send(other, server, "POST", "/commit", new byte[0]), 201);
            HttpResponse<byte[]> checked = send(other, server, "GET", "/fsck", null);
            if (!new String(checked.body(), java.nio.charset.StandardCharsets.UTF_8)
                    .contains("damages  0")) {
                throw wrong("the check", checked);
            }
        }
    }

    private void read(HttpClient with, ServerProcess server, int i)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> got = send(with, server, "GET", "/pfs/d/" + i, null);
        if (got.statusCode() != 200 || !java.util.Arrays.equals(got.body(), bytes(i))) {
            throw wrong("a read", got);
        }
    }

    /** Every other one is too long to be kept in memory. */
    private static byte[] bytes(int i) {
        byte[] bytes = new byte[i % 2 == 0 ? 3_000 : 300_000];
        new Random(i).nextBytes(bytes);
        return bytes;
    }

    /** Returns when the process has no file left, or has taken all who knock. */
    private static void awaitAll(ServerProcess server) throws IOException, InterruptedException {
        long before = -1;
        for (long now = files(server); now != before; now = files(server)) {
            before = now;
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static long files(ServerProcess server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
            return open.count();
        }
    }

    private static void limit(ServerProcess server, long files)
            throws IOException, InterruptedException {
        Process prlimit =
                new ProcessBuilder(
                                "prlimit",
                                "--pid",
                                Long.toString(server.pid()),
                                "--nofile=" + files + ":")
                        .inheritIO()
                        .start();
        if (prlimit.waitFor() != 0) {
            throw new AssertionError("prlimit failed");
        }
    }

    private HttpResponse<byte[]> send(
            HttpClient with,
            ServerProcess server,
            String method,
            String path,
            byte @Nullable [] body)
            throws IOException, InterruptedException {
        return with.send(
                HttpRequest.newBuilder(server.uri(path))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void expect(HttpResponse<byte[]> answer, int status) {
        if (answer.statusCode() != status) {
            throw wrong("expected " + status, answer);
        }
    }

    private static AssertionError wrong(String what, HttpResponse<byte[]> answer) {
        return new AssertionError(
                what
                        + ": "
                        + answer.statusCode()
                        + " "
                        + new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8));
    }
}
