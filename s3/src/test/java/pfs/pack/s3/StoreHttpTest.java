package pfs.pack.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

class StoreHttpTest {
    private static final int MANY = 300;

    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server;
    private StoreHttp http;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        http = new StoreHttp(Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        http.close();
        server.stop(0);
        threads.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getRawPath();
            if (exchange.getRequestMethod().equals("PUT")) {
                kept.put(path, exchange.getRequestBody().readAllBytes());
                exchange.getResponseHeaders()
                        .add("length", exchange.getRequestHeaders().getFirst("Content-Length"));
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            byte[] found = kept.getOrDefault(path, new byte[0]);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(found.length > 0 ? 200 : 404, head ? -1 : found.length);
            if (!head) {
                exchange.getResponseBody().write(found);
            }
        }
    }

    private HttpExecuteResponse ask(SdkHttpMethod method, String path, byte[] body)
            throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(method).uri(uri);
        HttpExecuteRequest.Builder asked = HttpExecuteRequest.builder();
        if (body.length > 0) {
            request.putHeader("Content-Length", Integer.toString(body.length));
            asked.contentStreamProvider(() -> new ByteArrayInputStream(body));
        }
        return http.prepareRequest(asked.request(request.build()).build()).call();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void bodiesOfAnyLengthArriveWholeAndComeBack() throws Exception {
        for (int size : new int[] {1, 100, 32 << 10, (128 << 10) - 1, 128 << 10, (1 << 20) + 7}) {
            String path = "/a%20b/" + size;
            HttpExecuteResponse put = ask(SdkHttpMethod.PUT, path, random(size));
            assertThat(put.httpResponse().statusCode()).isEqualTo(200);
            assertThat(put.httpResponse().firstMatchingHeader("length"))
                    .contains(Integer.toString(size));
            assertThat(kept.get(path)).isEqualTo(random(size));
            try (var body =
                    ask(SdkHttpMethod.GET, path, new byte[0]).responseBody().orElseThrow()) {
                assertThat(body.readAllBytes()).isEqualTo(random(size));
            }
        }
    }

    @Test
    void connectionsComeBackFromAnswersWithAndWithoutABody() throws Exception {
        ask(SdkHttpMethod.PUT, "/there", random(1000));
        for (int i = 0; i < MANY; i++) {
            assertThat(ask(SdkHttpMethod.HEAD, "/there", new byte[0]).httpResponse().statusCode())
                    .isEqualTo(200);
            HttpExecuteResponse none = ask(SdkHttpMethod.GET, "/none", new byte[0]);
            assertThat(none.httpResponse().statusCode()).isEqualTo(404);
            none.responseBody().ifPresent(body -> assertThat(body).isEmpty());
        }
    }

    @Test
    void aStoreThatIsNotThereIsAnIOException() {
        server.stop(0);
        assertThatThrownBy(() -> ask(SdkHttpMethod.GET, "/", new byte[0]))
                .isInstanceOf(IOException.class);
    }
}
