package pfs.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;
import pfs.client.http.ScriptedServer.Script;

class HttpClientTest {
    private static final Script LOST = ScriptedServer.Talk::hear;

    private static Script answer(int status, String headers, String body) {
        return talk -> talk.answer(status, headers, body);
    }

    private static final Request GET = Request.of("GET", "/x");

    @Test
    void aConnectionIsUsedAgainWhenItsAnswerWasRead() throws IOException {
        Script twice =
                talk -> {
                    talk.answer(200, "", "one");
                    talk.answer(200, "", "two");
                };
        try (ScriptedServer server = new ScriptedServer(twice);
                HttpClient client = server.client()) {
            for (String expected : new String[] {"one", "two"}) {
                try (Response response = client.send(GET)) {
                    assertThat(response.text()).isEqualTo(expected);
                }
            }
            assertThat(server.heard().get(1)).startsWith("GET /x HTTP/1.1\r\nHost: 127.0.0.1:");
            assertThat(server.heard().get(1)).contains("Authorization: Bearer t\r\n");
        }
    }

    @Test
    void chunkedBodiesAreJoined() throws IOException {
        Script chunks =
                talk -> {
                    talk.hear();
                    talk.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    talk.say("3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nTrailer: x\r\n\r\n");
                };
        try (ScriptedServer server = new ScriptedServer(chunks);
                HttpClient client = server.client();
                Response response = client.send(GET)) {
            assertThat(response.text()).isEqualTo("abcdefgh");
        }
    }

    @Test
    void aChunkOfNegativeLengthIsAnErrorNotAnEnd() throws IOException {
        for (String length : List.of("-1", "+1", "", " ", "1 1", "10000000000000000", "0x1")) {
            Script negative =
                    talk -> {
                        talk.hear();
                        talk.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                        talk.say("3\r\nabc\r\n" + length + "\r\n\r\n");
                    };
            try (ScriptedServer server = new ScriptedServer(negative);
                    HttpClient client = server.client();
                    Response response = client.send(GET)) {
                assertThatThrownBy(response::text)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("chunk of length");
            }
        }
    }

    @Test
    void aBodyThatIsCutShortIsAnErrorNotAnEnd() throws IOException {
        Script cut =
                talk -> {
                    talk.hear();
                    talk.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234");
                };
        Script cutChunk =
                talk -> {
                    talk.hear();
                    talk.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
                };
        try (ScriptedServer server = new ScriptedServer(cut, cutChunk);
                HttpClient client = server.client()) {
            try (Response response = client.send(GET)) {
                assertThatThrownBy(response::text)
                        .isInstanceOf(EOFException.class)
                        .hasMessageContaining("4 of 10 bytes");
            }
            try (Response response = client.send(GET)) {
                assertThatThrownBy(response::text).isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void aBusyServerIsAskedAgain() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(
                                answer(503, "Connection: close\r\n", "later"),
                                answer(429, "Retry-After: 0\r\nConnection: close\r\n", ""),
                                answer(200, "", "now"));
                HttpClient client = server.client();
                Response response = client.send(Request.of("POST", "/commit"))) {
            assertThat(response.text()).isEqualTo("now");
        }
    }

    @Test
    void aPutIsRepeatedWhenTheConnectionIsLostAndAPostIsNot() throws IOException {
        Body body = new Body.Bytes(new byte[] {'a', 'b'}, 2);
        try (ScriptedServer server = new ScriptedServer(LOST, answer(201, "", ""), LOST);
                HttpClient client = server.client()) {
            try (Response response = client.send(Request.of("PUT", "/x").with(body))) {
                assertThat(response.status()).isEqualTo(201);
            }
            client.close();
        }
        try (ScriptedServer server = new ScriptedServer(LOST, answer(201, "", ""));
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.send(Request.of("POST", "/x").with(body)))
                    .isInstanceOfAny(EOFException.class, SocketException.class);
            assertThat(server.heard()).hasSize(1);
        }
    }

    @Test
    void aBodyThatCanBeReadOnceIsSentOnce() throws IOException {
        Body once =
                new Body() {
                    @Override
                    public long length() {
                        return 1;
                    }

                    @Override
                    public void writeTo(OutputStream out) throws IOException {
                        out.write('x');
                    }

                    @Override
                    public boolean repeatable() {
                        return false;
                    }
                };
        try (ScriptedServer server =
                        new ScriptedServer(answer(503, "Connection: close\r\n", ""), LOST);
                HttpClient client = server.client()) {
            try (Response response = client.send(Request.of("PUT", "/x").with(once))) {
                assertThat(response.status()).isEqualTo(503);
            }
            assertThatThrownBy(() -> client.send(Request.of("PUT", "/x").with(once)))
                    .isInstanceOfAny(EOFException.class, SocketException.class);
        }
    }

    @Test
    void aLargeBodyIsNotSentWhenItIsRefusedFirst() throws IOException {
        byte[] large = new byte[2 << 20];
        try (ScriptedServer server =
                        new ScriptedServer(answer(413, "Connection: close\r\n", "too large"));
                HttpClient client = server.client();
                Response response =
                        client.send(
                                Request.of("PUT", "/x")
                                        .with(new Body.Bytes(large, large.length)))) {
            assertThat(response.status()).isEqualTo(413);
            assertThat(server.heard().get(0)).contains("Expect: 100-continue");
        }
    }

    @Test
    void aBodyThatCannotBeReadIsNotTakenForALostConnection() throws IOException {
        Body broken =
                new Body() {
                    @Override
                    public long length() {
                        return 4;
                    }

                    @Override
                    public void writeTo(OutputStream out) throws IOException {
                        throw new IOException("the disk is broken");
                    }
                };
        try (ScriptedServer server = new ScriptedServer(LOST);
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.send(Request.of("PUT", "/x").with(broken)))
                    .hasMessage("the disk is broken");
        }
    }

    @Test
    void whatIsNoHttpServerIsSaid() throws IOException {
        Script ssh = talk -> talk.say("SSH-2.0-OpenSSH_9.2\r\n");
        try (ScriptedServer server = new ScriptedServer(ssh);
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.send(GET)).hasMessageContaining("SSH-2.0");
        }
    }

    @Test
    void nobodyListeningIsSaidAtOnce() throws IOException {
        ScriptedServer server = new ScriptedServer();
        try (HttpClient client = server.client()) {
            server.close();
            assertThatThrownBy(() -> client.send(GET)).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void urlsAreReadAsPeopleTypeThem() {
        assertThat(Endpoint.parse("localhost:7370").toString()).isEqualTo("http://localhost:7370");
        assertThat(Endpoint.parse("https://a.example/pfs/"))
                .isEqualTo(new Endpoint(true, "a.example", 443, "/pfs"));
        assertThat(Endpoint.parse("http://[::1]:80")).hasToString("http://[::1]");
        assertThatThrownBy(() -> Endpoint.parse("ftp://x"))
                .hasMessageContaining("only http and https");
        assertThatThrownBy(() -> Endpoint.parse("http://a b")).hasMessageContaining("'http://a b'");
    }
}
