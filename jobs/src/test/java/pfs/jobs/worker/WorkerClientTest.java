package pfs.jobs.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerClientTest {
    private final Watchdog watchdog = new Watchdog();
    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket server;
    private volatile Script script;
    private WorkerClient client;

    /** What the server does on a connection. */
    interface Script {
        void run(Socket socket, InputStream in) throws IOException, InterruptedException;
    }

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(this::accept);
        client = client(Duration.ofSeconds(5), Duration.ofSeconds(20), 1 << 20);
    }

    private WorkerClient client(Duration idle, Duration total, long output) {
        return new WorkerClient(
                _ -> {
                    SocketChannel channel =
                            SocketChannel.open(
                                    new InetSocketAddress("127.0.0.1", server.getLocalPort()));
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    return channel;
                },
                watchdog,
                new WorkerClient.Timeouts(idle, total, output));
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try (socket) {
                                        script.run(socket, socket.getInputStream());
                                    } catch (IOException | InterruptedException e) {
                                        // The test sees it from the other side.
                                    }
                                });
            } catch (IOException e) {
                return;
            }
        }
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        watchdog.close();
    }

    private static void readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("end");
            }
            head.append((char) c);
        }
        int at = head.indexOf("Content-Length: ");
        if (at >= 0) {
            int end = head.indexOf("\r", at);
            in.skipNBytes(Integer.parseInt(head.substring(at + 16, end)));
        }
    }

    private static Script always(String... answers) {
        return (socket, in) -> {
            while (true) {
                readRequest(in);
                for (String answer : answers) {
                    socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
                    socket.getOutputStream().flush();
                }
            }
        };
    }

    private static Script once(String answer) {
        return (socket, in) -> {
            readRequest(in);
            socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        };
    }

    private static Request post(String body) {
        byte[] bytes = body.getBytes(ISO_8859_1);
        return new Request(
                "test",
                new Request.HeadBuilder("POST", "/map").build(bytes.length),
                Body.of(bytes, 0, bytes.length));
    }

    private String send(String body) throws IOException {
        return client.exchange(
                post(body),
                a -> a.status() + ":" + new String(a.body().readAllBytes(), ISO_8859_1));
    }

    @Test
    void oneConnectionServesManyRequests() throws IOException {
        script = always("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        for (int i = 0; i < 100; i++) {
            assertThat(send("x")).isEqualTo("200:ok");
        }
        assertThat(connections.get()).isEqualTo(1);
    }

    @Test
    void chunkedBodiesAndInterimAnswersAreRead() throws IOException {
        script =
                always(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding:"
                                + " chunked\r\n\r\n3\r\nabc\r\n",
                        "A;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
        assertThat(send("x")).isEqualTo("200:abc0123456789");
        assertThat(send("x")).isEqualTo("200:abc0123456789");
        assertThat(connections.get()).isEqualTo(1);
    }

    @Test
    void aBodyEndedByTheConnectionIsRefusedAndSaidWhy() {
        script = once("HTTP/1.1 200 OK\r\n\r\nhello");
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BadAnswerException.class)
                .hasMessageContaining("Content-Length")
                .hasMessageContaining("crash");
    }

    @Test
    void shortBodiesAndResetsAreBroken() {
        script = once("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("short by 5 bytes");
        script = once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        assertThatThrownBy(() -> send("x")).isInstanceOf(BrokenAnswerException.class);
        script = once("");
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("without an answer");
    }

    @Test
    void answersOverTheLimitAreRefused() {
        script = once("HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n");
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BadAnswerException.class)
                .hasMessageContaining("limits.output");
        String chunk = "10000\r\n" + "x".repeat(65536) + "\r\n";
        script =
                (socket, in) -> {
                    readRequest(in);
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                            .getBytes(ISO_8859_1));
                    while (true) {
                        socket.getOutputStream().write(chunk.getBytes(ISO_8859_1));
                    }
                };
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BadAnswerException.class)
                .hasMessageContaining("limits.output");
    }

    @Test
    void silenceAndSlownessEndInTime() {
        client = client(Duration.ofMillis(300), Duration.ofSeconds(20), 1 << 20);
        script = (_, _) -> Thread.sleep(10_000);
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("limits.idle");
        client = client(Duration.ofSeconds(5), Duration.ofMillis(500), 1 << 20);
        script =
                (socket, in) -> {
                    readRequest(in);
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                                            .getBytes(ISO_8859_1));
                    while (true) {
                        socket.getOutputStream().write('x');
                        Thread.sleep(200);
                    }
                };
        assertThatThrownBy(() -> send("x"))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageContaining("limits.total");
    }

    @Test
    void anEarlyAnswerToALargeBodyIsRead() throws IOException {
        script =
                (socket, in) -> {
                    in.readNBytes(100);
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 413 Too large\r\nContent-Length: 3\r\n\r\nbig"
                                            .getBytes(ISO_8859_1));
                    socket.getOutputStream().flush();
                    Thread.sleep(1000);
                };
        assertThat(send("x".repeat(8 << 20))).isEqualTo("413:big");
    }

    @Test
    void aWorkerMayAnswerWhileItReads() throws IOException {
        client = client(Duration.ofSeconds(5), Duration.ofSeconds(60), 1L << 30);
        script =
                (socket, in) -> {
                    StringBuilder head = new StringBuilder();
                    while (head.indexOf("\r\n\r\n") < 0) {
                        head.append((char) in.read());
                    }
                    socket.getOutputStream()
                            .write(
                                    "HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n"
                                            .getBytes(ISO_8859_1));
                    byte[] buffer = new byte[8192];
                    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                        socket.getOutputStream().write(buffer, 0, n);
                    }
                };
        assertThat(send("y".repeat(32 << 20))).hasSize(4 + (32 << 20));
    }

    @Test
    void aConnectionThatTheWorkerClosedMeanwhileIsReplaced() throws Exception {
        script = once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(send("x")).isEqualTo("200:ok");
        Thread.sleep(100);
        assertThat(send("x")).isEqualTo("200:ok");
        assertThat(connections.get()).isEqualTo(2);
    }

    @Test
    void headAndBodyInTwoPacketsCostNoDelayedAcknowledgement() throws IOException {
        script = always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "ok");
        send("x");
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            send("x");
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        assertThat(millis).as("50 requests; delayed they take 2000 ms").isLessThan(1_000);
    }
}
