package pfs.server.shared;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Dialer;
import pfs.object.ObjectId;
import pfs.object.StoredPart;
import pfs.server.auth.Guard;
import pfs.server.auth.Token;
import pfs.server.http.Limits;
import pfs.server.http.Right;
import pfs.server.start.Front;
import pfs.server.start.Listen;
import pfs.server.start.Settings;

/** A line to a worker is for whoever may start one, and leads to nothing else. */
class StartedWorkersTest {
    private static final Token ADMIN = token("admin", Right.ADMIN);
    private static final Token WRITER = token("writer", Right.WRITE);

    private final List<String> unread = new CopyOnWriteArrayList<>();
    private ServerSocket echo;
    private Front front;

    private static Token token(String name, Right right) {
        byte[] digest = ObjectId.sha256().digest(name.getBytes(UTF_8));
        return new Token(
                name, HexFormat.of().formatHex(digest), List.of(new Token.Grant(right, null)));
    }

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::answer);
        List<Token> tokens = List.of(ADMIN, WRITER);
        StartedWorkers workers =
                new StartedWorkers(new Nothing(), new Guard(tokens, true), this::read);
        workers.add("abc-1", new EchoWorker(), unread::add);
        Listen listen = new Listen("127.0.0.1", 0);
        front =
                Front.open(
                        new Settings(listen, Path.of(""), null, tokens, Limits.USUAL, false),
                        workers);
    }

    @AfterEach
    void stop() throws IOException {
        front.close();
        echo.close();
    }

    private byte[] read(ObjectId id, StoredPart part) throws IOException {
        if (part.blob().equals("gone")) {
            throw new IOException("the blob is gone");
        }
        return (part.blob() + "@" + part.offset()).getBytes(ISO_8859_1);
    }

    private void answer() {
        try {
            while (true) {
                try (Socket line = echo.accept()) {
                    line.getOutputStream().write("echo ".getBytes(ISO_8859_1));
                    int next = line.getInputStream().read();
                    while (next >= 0) {
                        line.getOutputStream().write(next);
                        next = line.getInputStream().read();
                    }
                }
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    private String connect(String target, String token) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", front.port())) {
            socket.setSoTimeout(10_000);
            String authorization = token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n";
            String head =
                    "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n" + authorization;
            socket.getOutputStream().write((head + "\r\n").getBytes(ISO_8859_1));
            StringBuilder told = new StringBuilder();
            while (told.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return told.toString();
                }
                told.append((char) next);
            }
            if (told.toString().startsWith("HTTP/1.1 200")) {
                socket.getOutputStream().write('x');
                told.append(new String(socket.getInputStream().readNBytes(6), ISO_8859_1));
            }
            return told.toString();
        }
    }

    @Test
    void anAdminHasALineToAWorker() throws IOException {
        assertThat(connect("abc-1:1", "admin")).startsWith("HTTP/1.1 200").endsWith("echo x");
    }

    @Test
    void nobodyElseHas() throws IOException {
        assertThat(connect("abc-1:1", "")).startsWith("HTTP/1.1 407");
        assertThat(connect("abc-1:1", "wrong")).startsWith("HTTP/1.1 407");
        assertThat(connect("abc-1:1", "writer")).startsWith("HTTP/1.1 407");
    }

    private static byte[] bytes(String text) {
        return ByteBuffer.allocate(5 + text.length())
                .put((byte) 1)
                .putInt(text.length())
                .put(text.getBytes(ISO_8859_1))
                .array();
    }

    private static byte[] stored(String blob, int from, int count) {
        return ByteBuffer.allocate(54 + blob.length())
                .put((byte) 2)
                .put((byte) blob.length())
                .put(blob.getBytes(ISO_8859_1))
                .putLong(77)
                .putInt(1000)
                .put(ObjectId.of(new byte[0], 0, 0).toBytes())
                .putInt(from)
                .putInt(count)
                .array();
    }

    private String framed(int expected, byte[]... frames) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", front.port())) {
            socket.setSoTimeout(10_000);
            String head =
                    "CONNECT abc-1:1 HTTP/1.1\r\nHost: abc-1:1\r\nPfs-Frames: 1\r\n"
                            + "Authorization: Bearer admin\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(ISO_8859_1));
            StringBuilder told = new StringBuilder();
            while (told.indexOf("\r\n\r\n") < 0) {
                told.append((char) socket.getInputStream().read());
            }
            assertThat(told.toString()).startsWith("HTTP/1.1 200");
            for (byte[] frame : frames) {
                socket.getOutputStream().write(frame);
            }
            return new String(socket.getInputStream().readNBytes(expected), ISO_8859_1);
        }
    }

    @Test
    void aLineWithFramesIsFilledWithWhatIsReadHere() throws IOException {
        String filled = "echo <pack/1@77 and ck/1>";
        assertThat(
                        framed(
                                filled.length(),
                                bytes("<"),
                                stored("pack/1", 0, 9),
                                bytes(" and "),
                                stored("pack/1", 2, 4),
                                bytes(">")))
                .isEqualTo(filled);
        assertThat(unread).isEmpty();
    }

    @Test
    void whatCannotBeReadHereEndsTheLineAndIsTold() throws IOException {
        assertThat(framed(100, bytes("<"), stored("gone", 0, 9), bytes(">"))).doesNotContain(">");
        assertThat(unread).containsExactly("the blob is gone");
    }

    @Test
    void aFrameThatAsksForMoreThanThereIsEndsTheLine() throws IOException {
        assertThat(framed(100, stored("pack/1", 0, 10), bytes(">"))).doesNotContain(">");
        assertThat(framed(100, stored("pack/1", 5, Integer.MAX_VALUE), bytes(">")))
                .doesNotContain(">");
        assertThat(framed(100, stored("pack/1", -1, 2), bytes(">"))).doesNotContain(">");
    }

    @Test
    void noLineLeadsToAnythingButAWorker() throws IOException {
        assertThat(connect("127.0.0.1:" + echo.getLocalPort(), "admin"))
                .doesNotStartWith("HTTP/1.1 200");
        assertThat(connect("localhost:" + echo.getLocalPort(), "admin"))
                .doesNotStartWith("HTTP/1.1 200");
        assertThat(connect("abc-2:1", "admin")).doesNotStartWith("HTTP/1.1 200");
    }

    private static final class Nothing extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            return false;
        }
    }

    private final class EchoWorker implements Worker {
        @Override
        public String name() {
            return "abc-1";
        }

        @Override
        public Dialer dialer() {
            return _ -> SocketChannel.open(new InetSocketAddress("127.0.0.1", echo.getLocalPort()));
        }

        @Override
        public Optional<Exit> exit() {
            return Optional.empty();
        }

        @Override
        public String lastWords() {
            return "";
        }

        @Override
        public void close() {}
    }
}
