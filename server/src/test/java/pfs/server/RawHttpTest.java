package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only bytes on a socket can show: framing, pipelining, hostile and broken requests. */
class RawHttpTest extends HttpTest {
    private static final String END = "Host: localhost\r\nConnection: close\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "Content-Length: 3, 4\r\n\r\nabcd",
                "Content-Length: +3\r\n\r\nabc",
                "Content-Length: -3\r\n\r\nabc",
                "Content-Length: 0x3\r\n\r\nabc",
                "Content-Length: 99999999999999999999\r\n\r\nabc",
                "Content-Length : 3\r\n\r\nabc",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
                "X: a\nContent-Length: 0\r\n\r\n",
                "Host: other\r\nContent-Length: 0\r\n\r\n",
                "X\r\nContent-Length: 0\r\n\r\n",
                "X\u0000Y: 1\r\nContent-Length: 0\r\n\r\n",
            })
    void ambiguousRequestsAreRefusedAndTheConnectionIsClosed(String rest) throws IOException {
        String answer =
                raw(
                        "PUT "
                                + repo
                                + "/pfs/smuggled HTTP/1.1\r\nHost: localhost\r\n"
                                + rest
                                + "GET "
                                + repo
                                + "/pfs/second HTTP/1.1\r\n"
                                + END);
        assertThat(answer).matches("(?s)HTTP/1.1 (4\\d\\d|501) .*");
        assertThat(answer).doesNotContain("second");
        assertThat(answer).contains("application/problem+json");
        assertThat(get(repo + "/pfs/smuggled").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nabc\r\n0\r\n\r\n",
                "5\r\nabc\r\n0\r\n\r\n",
                "-1\r\n\r\n",
                "3\nabc\n0\n\n",
                "3 abc\r\n\r\n"
            })
    void brokenChunksLeaveNothingBehind(String body) throws IOException {
        String answer =
                raw(
                        "PUT "
                                + repo
                                + "/pfs/broken HTTP/1.1\r\nHost: localhost\r\n"
                                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                                + body);
        assertThat(answer).doesNotContain("HTTP/1.1 20");
        assertThat(get(repo + "/pfs/broken").statusCode()).isEqualTo(404);
    }

    @Test
    void chunkedBodiesAreTaken() throws IOException {
        String answer =
                raw(
                        "PUT "
                                + repo
                                + "/pfs/c HTTP/1.1\r\nHost: localhost\r\n"
                                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                                + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 201 ");
        assertThat(get(repo + "/pfs/c").body()).isEqualTo("abcde");
    }

    @Test
    void bodiesCutShortLeaveNothingBehind() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("PUT "
                                    + repo
                                    + "/pfs/cut HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Content-Length: 100000\r\n\r\nonly this")
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.shutdownOutput();
            readAll(socket.getInputStream());
        }
        assertThat(get(repo + "/pfs/cut").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/status").body()).isEmpty();
    }

    @Test
    void headsOverTheLimitAreRefusedAndBelowItTaken() throws IOException {
        String fine = "X: " + "x".repeat(30_000) + "\r\n";
        assertThat(raw("GET /healthz HTTP/1.1\r\n" + fine + END)).startsWith("HTTP/1.1 200 ");
        String large = "X: " + "x".repeat(33_000) + "\r\n";
        String answer = raw("GET /healthz HTTP/1.1\r\n" + large + END);
        assertThat(answer).startsWith("HTTP/1.1 431 ").contains("application/problem+json");
        String uri = raw("GET /pfs/" + "x".repeat(40_000) + " HTTP/1.1\r\n" + END);
        assertThat(uri).startsWith("HTTP/1.1 414 ").contains("application/problem+json");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        put(repo + "/pfs/one", "first");
        put(repo + "/pfs/two", "second");
        String answer =
                raw(
                        "GET "
                                + repo
                                + "/pfs/one HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                + "GET "
                                + repo
                                + "/pfs/nope HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                + "PUT "
                                + repo
                                + "/pfs/three HTTP/1.1\r\nHost: localhost\r\n"
                                + "Content-Length: 5\r\n\r\nthird"
                                + "GET "
                                + repo
                                + "/pfs/three HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                + "GET "
                                + repo
                                + "/pfs/two HTTP/1.1\r\n"
                                + END);
        assertThat(answer)
                .matches(
                        "(?s)HTTP/1.1 200 .*first"
                                + "HTTP/1.1 404 .*HTTP/1.1 201 .*"
                                + "HTTP/1.1 200 .*third"
                                + "HTTP/1.1 200 .*second");
    }

    @Test
    void aClientThatWaitsIsToldToGoOn() throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server().port())) {
            socket.setSoTimeout(5_000);
            BufferedReader in = reader(socket);
            head(socket, "PUT", "/pfs/waits", "Expect: 100-continue\r\nContent-Length: 3\r\n");
            assertThat(in.readLine()).startsWith("HTTP/1.1 100 ");
            in.readLine();
            socket.getOutputStream().write("abc".getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).startsWith("HTTP/1.1 201 ");
        }
    }

    @Test
    void whatIsRefusedIsRefusedBeforeItsBodyIsSent() throws IOException {
        put(repo + "/pfs/there", "x");
        String expect = "Expect: 100-continue\r\nContent-Length: 1000000\r\n";
        try (Socket socket = new Socket("127.0.0.1", server().port())) {
            socket.setSoTimeout(5_000);
            head(socket, "POST", "/pfs/there", expect);
            assertThat(reader(socket).readLine()).startsWith("HTTP/1.1 409 ");
        }
        try (Socket socket = new Socket("127.0.0.1", server().port())) {
            socket.setSoTimeout(5_000);
            head(socket, "PUT", "/pfs/there", "If-Match: \"other\"\r\n" + expect);
            assertThat(reader(socket).readLine()).startsWith("HTTP/1.1 412 ");
        }
    }

    @Test
    void aRefusedBodyIsDrainedSoThatTheConnectionGoesOn() throws IOException {
        put(repo + "/pfs/there", "x");
        try (Socket socket = new Socket("127.0.0.1", server().port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            head(socket, "POST", "/pfs/there", "Content-Length: 8000000\r\n");
            out.write(new byte[8_000_000]);
            head(socket, "GET", "/pfs/there", "Connection: close\r\n");
            String answers = readAll(socket.getInputStream());
            assertThat(answers).startsWith("HTTP/1.1 409 ").contains("HTTP/1.1 200 ");
        }
    }

    @Test
    void oldAndStrangeRequestsAreAnswered() throws IOException {
        assertThat(raw("GET /healthz HTTP/1.0\r\n\r\n")).contains(" 200 ");
        assertThat(raw("GET /healthz HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(raw("OPTIONS * HTTP/1.1\r\n" + END)).startsWith("HTTP/1.1 20");
        assertThat(raw("GET http://localhost/healthz HTTP/1.1\r\n" + END)).contains(" 200 ");
        assertThat(raw("GET /healthz HTTP/2.5\r\n" + END)).containsPattern("HTTP/1.1 (400|505) ");
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private void head(Socket socket, String method, String path, String headers)
            throws IOException {
        String head =
                method + " " + repo + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }
}
