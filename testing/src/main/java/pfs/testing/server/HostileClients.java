package pfs.testing.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Clients that break the rules of HTTP and of names, byte by byte: each is answered with a clear
 * 4xx or loses its connection, honest clients are served meanwhile, and nothing is left behind.
 */
public final class HostileClients {
    private final Path root;
    private final Path data;

    /** Torments a server over a directory that is not there yet. */
    public HostileClients(Path root, Path data) {
        this.root = root;
        this.data = data;
    }

    /** Runs all cases; with more slow clients if {@code longRun}. */
    public String run(boolean longRun) throws IOException, InterruptedException {
        List<HostileCase> cases = HostileCase.all();
        List<String> wrong = new ArrayList<>();
        int slow = longRun ? 5000 : 1000;
        long honestMillis;
        try (ServerProcess server = ServerProcess.ready(root, data)) {
            send(
                    server,
                    "PUT /pfs/there HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
            String before = get(server, "/pfs/?recursive");
            for (HostileCase hostile : cases) {
                String answer = send(server, hostile.request());
                if (!hostile.fits(answer)) {
                    wrong.add(hostile.name() + ": " + shown(answer));
                }
                if (!server.alive()) {
                    throw new AssertionError(hostile.name() + " ended the server");
                }
            }
            String after = get(server, "/pfs/?recursive");
            if (!get(server, "/commits").isEmpty()) {
                wrong.add("something was committed");
            }
            if (!after.equals(before)) {
                wrong.add("something was left behind: " + after);
            }
            honestMillis = slowClients(server, slow);
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(String.join("\n", wrong));
        }
        return cases.size()
                + " hostile requests, each refused; beside "
                + slow
                + " slow clients an honest one waited "
                + honestMillis
                + " ms at most";
    }

    private static String shown(String answer) {
        return answer.isEmpty()
                ? "(the connection was closed)"
                : answer.lines().findFirst().orElse("").strip();
    }

    /** Sends raw bytes, ends its side, and reads all that comes; "" if the connection is closed. */
    static String send(ServerProcess server, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
                socket.shutdownOutput();
            } catch (SocketException e) {
                // Refused before all was sent; the answer may be there all the same.
            }
            return read(socket.getInputStream());
        }
    }

    private static String read(InputStream in) {
        StringBuilder answer = new StringBuilder();
        byte[] piece = new byte[8192];
        try {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                answer.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            answer.append("(and the connection stays open)");
        } catch (IOException e) {
            // reset: closed as well
        }
        return answer.toString();
    }

    private static String get(ServerProcess server, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(server.uri(path)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    /** Clients that send a byte now and then; answers how long an honest client had to wait. */
    private static long slowClients(ServerProcess server, int count)
            throws IOException, InterruptedException {
        List<Socket> slow = new ArrayList<>();
        long worst = 0;
        try {
            for (int i = 0; i < count; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                String begin =
                        i % 2 == 0
                                ? "GET /pfs/there HTTP/1.1\r\nHost: loc"
                                : "PUT /pfs/slow HTTP/1.1\r\nHost: localhost\r\n"
                                        + "Content-Length: 100000\r\n\r\nabc";
                socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            for (int i = 0; i < 20; i++) {
                long start = System.nanoTime();
                String answer = get(server, "/pfs/there");
                worst = Math.max(worst, (System.nanoTime() - start) / 1_000_000);
                if (!answer.equals("hi")) {
                    throw new AssertionError("an honest client got: " + answer);
                }
                for (Socket socket : slow.subList(i * 10, i * 10 + 10)) {
                    trickle(socket);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            if (worst > 5000) {
                throw new AssertionError("an honest client waited " + worst + " ms");
            }
            return worst;
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private static void trickle(Socket socket) {
        try {
            socket.getOutputStream().write('x');
        } catch (IOException e) {
            // the server has lost its patience, as it may
        }
    }
}
