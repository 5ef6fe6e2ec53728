package pfs.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import pfs.repo.Repos;
import pfs.server.http.Limits;
import pfs.server.start.Listen;
import pfs.server.start.Settings;

/**
 * Real servers on ports of the system's choice, over a real store, and a client that asks them in
 * turn ({@link ServersUnderTest}). Each test works in a repo of its own, so that they need not
 * clean up.
 */
@Tag("http")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class HttpTest {
    private Path directory = Path.of("");

    private ServersUnderTest servers;
    private int repos;

    protected final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();

    /** The URL path before each test's own repo's routes: {@code /repos/NAME}. */
    protected String repo = "";

    @BeforeAll
    void startServer(@TempDir Path data) throws Exception {
        directory = data;
        servers = ServersUnderTest.start(data, this::settingsIn);
    }

    private Settings settingsIn(Path data) {
        directory = data;
        return settings();
    }

    @AfterAll
    void stopServer() throws IOException {
        client.close();
        servers.close();
    }

    @BeforeEach
    void makeRepo() {
        String name = "r" + repos++;
        servers.repos().create(name);
        repo = "/repos/" + name;
    }

    /** What the server is started with; a class may want other limits, or tokens. */
    protected Settings settings() {
        return settings(List.of(), Limits.USUAL);
    }

    protected Settings settings(List<pfs.server.auth.Token> tokens, Limits limits) {
        return new Settings(new Listen("127.0.0.1", 0), directory, null, tokens, limits, false);
    }

    protected ServersUnderTest server() {
        return servers;
    }

    /** The repos of the server that has them open. */
    protected Repos repos() {
        return servers.repos();
    }

    // ---- a client's words

    protected HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    protected HttpResponse<String> put(String path, String body, String... headers) {
        return send("PUT", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    protected HttpResponse<String> post(String path, String body, String... headers) {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    protected HttpResponse<String> delete(String path, String... headers) {
        return send("DELETE", path, null, headers);
    }

    /** Sends a request; null is no body. Headers are names and values in turn. */
    protected HttpResponse<String> send(
            String method, String path, byte[] body, String... headers) {
        HttpResponse<byte[]> answer = bytes(method, path, body, headers);
        return new TextResponse(answer);
    }

    protected HttpResponse<byte[]> bytes(
            String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + servers.port() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        servers.turn();
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " has no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Sends bytes as they are, and gives all that comes back until the server closes or stops. */
    protected String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", servers.port())) {
            socket.setSoTimeout(3_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return readAll(socket.getInputStream());
        }
    }

    protected static String readAll(InputStream in) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                all.write(piece, 0, n);
            }
        } catch (IOException e) {
            // Silence, or a reset after the answer: what came is what is looked at.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
