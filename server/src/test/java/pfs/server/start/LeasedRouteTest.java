package pfs.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pfs.server.http.Exchange;
import pfs.server.http.Limits;
import pfs.server.http.RequestMeter;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.http.RouteTable;
import pfs.server.http.Writes;

/** What a request stores is no garbage until it is named, which is when the request is answered. */
@Timeout(60)
class LeasedRouteTest {
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CompletableFuture<String> named = new CompletableFuture<>();
    private final Server server = new Server();

    @TempDir Path data;

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private static ByteBuffer told(Exchange exchange, String text) {
        exchange.answer(201).put(HttpHeader.CONTENT_LENGTH, text.length());
        return StandardCharsets.US_ASCII.encode(text);
    }

    private void later(Exchange exchange) {
        exchange.answerLater(named, text -> told(exchange, text));
        begun.countDown();
    }

    private Route leased(Route route) {
        return Serving.leased(
                route,
                () -> {
                    open.incrementAndGet();
                    return open::decrementAndGet;
                });
    }

    private static Route route(pfs.server.http.Action action) {
        return Route.of("PUT", "/it", Right.WRITE, "", List.of(), action);
    }

    private Socket request(Route route) throws Exception {
        Settings settings =
                new Settings(
                        new Listen("127.0.0.1", 0), data, null, List.of(), Limits.USUAL, false);
        RouteTable table = new RouteTable(List.of(leased(route)));
        server.setHandler(Serving.handler(table, new Here(), settings, new RequestMeter()));
        ServerConnector connector = new ServerConnector(server);
        server.addConnector(connector);
        server.start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        String head = "PUT /it HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Lets all requests through, those of shortcuts too. */
    private static final class Here implements Writes {
        @Override
        public boolean taken(Exchange exchange, Route route) {
            return false;
        }

        @Override
        public boolean surelyHere(Exchange exchange) {
            return true;
        }
    }

    private void isHeldUntilAnswered(Route route, Runnable end, String status) throws Exception {
        try (Socket socket = request(route)) {
            begun.await();
            assertThat(open).as("leases while nothing is named").hasValue(1);
            end.run();
            assertThat(status(socket.getInputStream())).isEqualTo(status);
            await().until(() -> open.get() == 0);
        }
    }

    private static String status(InputStream in) throws IOException {
        return new String(in.readNBytes(12), StandardCharsets.US_ASCII);
    }

    @Test
    void aLeaseLastsUntilTheAnswerThatWasLeftForLater() throws Exception {
        isHeldUntilAnswered(route(this::later), () -> named.complete("x"), "HTTP/1.1 201");
    }

    @Test
    void aLeaseEndsWithAFailureThatComesLater() throws Exception {
        RuntimeException failure = new IllegalStateException("for the test");
        isHeldUntilAnswered(
                route(this::later), () -> named.completeExceptionally(failure), "HTTP/1.1 500");
    }

    @Test
    void aLeaseLastsUntilTheAnswerOfAShortcut() throws Exception {
        Route quick =
                route(exchange -> exchange.empty(500))
                        .answeredBy(
                                exchange -> {
                                    later(exchange);
                                    return true;
                                });
        isHeldUntilAnswered(quick, () -> named.complete("x"), "HTTP/1.1 201");
    }

    @Test
    void aShortcutThatTakesNothingLeavesNoLease() throws Exception {
        Route slow =
                route(
                                exchange -> {
                                    assertThat(open).hasValue(1);
                                    exchange.empty(204);
                                })
                        .answeredBy(_ -> false);
        try (Socket socket = request(slow)) {
            assertThat(status(socket.getInputStream())).isEqualTo("HTTP/1.1 204");
        }
    }
}
