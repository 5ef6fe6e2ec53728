package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A short file that has arrived with its head is put on another way than one that comes piece by
 * piece, or with a condition: the answers and the files are the same.
 */
class ShortPutsTest extends HttpTest {
    /** A condition that holds sends the request the long way. */
    private static final String LONG_WAY = "If-None-Match: \"another\"\r\n";

    private String request(String method, String path, String body, String headers) {
        return method
                + " "
                + repo
                + "/pfs/"
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + body.length()
                + "\r\n"
                + headers
                + "\r\n"
                + body;
    }

    /** The answer to a request in one piece, without its date. */
    private String answer(String method, String path, String body, String headers)
            throws IOException {
        return raw(request(method, path, body, headers + "Connection: close\r\n"))
                .replaceAll("Date: [^\r]*\r\n", "");
    }

    private static String bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private String read(String path) {
        byte[] got = bytes("GET", repo + "/pfs/" + path, null).body();
        return new String(got, StandardCharsets.ISO_8859_1);
    }

    private void assertSameBothWays(String method, String path, String body, String headers)
            throws IOException {
        String shortWay = answer(method, path + ".a", body, headers).replace(path + ".a", path);
        String longWay =
                answer(method, path + ".b", body, headers + LONG_WAY).replace(path + ".b", path);
        assertThat(shortWay).isEqualTo(longWay);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 5_000, 16_384, 16_385, 70_000})
    void aFileOfAnyLengthIsTheSameBothWays(int length) throws IOException {
        assertThat(answer("PUT", "first", "loads the repo", "")).startsWith("HTTP/1.1 201 ");
        String body = bytes(length, length);
        assertSameBothWays("PUT", "f", body, "");
        assertThat(read("f.a")).isEqualTo(body);
        assertThat(read("f.b")).isEqualTo(body);
        assertSameBothWays("PUT", "f", body, "");
        String other = bytes(length + 1, length + 1);
        assertSameBothWays("PUT", "f", other, "Content-Type: text/csv\r\nPfs-Meta-Who: ada\r\n");
        assertThat(read("f.a")).isEqualTo(other);
        assertThat(bytes("GET", repo + "/pfs/f.a", null).headers().firstValue("Pfs-Meta-Who"))
                .hasValue("ada");
    }

    @Test
    void whatIsRefusedIsRefusedInTheSameWords() throws IOException {
        answer("PUT", "file", "loads the repo", "");
        answer("PUT", "directory/file.a", "x", "");
        answer("PUT", "directory/file.b", "x", "");
        assertSameBothWays("PUT", "f", "x", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
        assertThat(answer("PUT", "file/below", "y", "")).startsWith("HTTP/1.1 409 ");
        assertThat(answer("PUT", "directory", "y", "")).startsWith("HTTP/1.1 409 ");
        assertThat(answer("POST", "file", "z", "")).startsWith("HTTP/1.1 409 ");
        assertThat(answer("PUT", "a%0ab", "z", "")).startsWith("HTTP/1.1 400 ");
        assertThat(answer("PUT", "f", "x", "Pfs-Modified: never\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(read("file")).isEqualTo("loads the repo");
    }

    @Test
    void bytesThatLookLikeAManifestAreAFileLikeAnyOther() throws IOException {
        answer("PUT", "first", "loads the repo", "");
        String body = "pfsm" + bytes(3, 200);
        assertSameBothWays("PUT", "f", body, "");
        assertThat(read("f.a")).isEqualTo(body);
    }

    @Test
    void requestsThatComeInOnePieceAreAnsweredInOrder() throws IOException {
        answer("PUT", "first", "loads the repo", "");
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            all.append(request("PUT", "f" + i, bytes(i, 300), ""));
        }
        all.append(request("PUT", "last", "", "Connection: close\r\n"));
        String answers = raw(all.toString());
        assertThat(answers.split("HTTP/1.1 201 ")).hasSize(22);
        for (int i = 0; i < 20; i++) {
            assertThat(read("f" + i)).isEqualTo(bytes(i, 300));
        }
    }

    @Test
    void aBodyThatComesPieceByPieceIsWhole() throws Exception {
        answer("PUT", "first", "loads the repo", "");
        for (int cut : new int[] {1, 60, 130, 400, 1_000}) {
            String body = bytes(cut, 1_000);
            byte[] whole =
                    request("PUT", "cut" + cut, body, "Connection: close\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            try (Socket socket = new Socket("127.0.0.1", server().port())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write(whole, 0, cut);
                // Whatever the pause, the answer is the same; it makes two pieces likely.
                Thread.sleep(20);
                socket.getOutputStream().write(whole, cut, whole.length - cut);
                assertThat(readAll(socket.getInputStream())).startsWith("HTTP/1.1 201 ");
            }
            assertThat(read("cut" + cut)).isEqualTo(body);
        }
    }
}
