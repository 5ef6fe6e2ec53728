package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths as they come over the wire. */
class NamesTest extends HttpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a%20b",
                "%C3%A4%E2%82%AC",
                "%F0%9F%98%80",
                "plus+plus",
                "50%25",
                "q%3Fx",
                "semi;x=1",
                "%23hash",
                "back%5Cslash",
                "quote%22'",
                "~tilde",
                "a=b&c",
                "..x",
                "x..",
                "...",
                "%7F%C2%80x"
            })
    void oddNamesAreNames(String name) {
        int expected = name.startsWith("%7F") ? 400 : 201;
        assertThat(put(repo + "/pfs/" + name, "x").statusCode()).isEqualTo(expected);
        if (expected == 201) {
            assertThat(get(repo + "/pfs/" + name).body()).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a//b",
                "//a",
                "./a",
                "a/./b",
                "../a",
                "a/../b",
                "a/..",
                "%2e%2e/a",
                "a%00b",
                "a%0Ab",
                "%FF",
                "%C3",
                "%zz",
                "%4",
                "a/%2E%2E/b",
                "..%2Fa",
                "%ED%A0%80"
            })
    void brokenNamesAreNotUnderstood(String name) throws IOException {
        for (String method : new String[] {"GET", "PUT", "DELETE"}) {
            String answer =
                    raw(
                            method
                                    + " "
                                    + repo
                                    + "/pfs/"
                                    + name
                                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
                                    + "Connection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(answer).contains("application/problem+json").contains("\"detail\"");
        }
    }

    @Test
    void anEscapedSlashIsASlash() {
        put(repo + "/pfs/a%2Fb", "x");
        assertThat(get(repo + "/pfs/a/b").body()).isEqualTo("x");
    }

    @Test
    void rawUtf8InTheRequestLineIsTaken() throws IOException {
        put(repo + "/pfs/%C3%A4", "umlaut");
        String answer =
                raw(
                        "GET "
                                + repo
                                + "/pfs/\u00c3\u00a4 HTTP/1.1\r\nHost: localhost\r\nConnection:"
                                + " close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("umlaut");
    }

    @Test
    void longNamesAndPathsAreOverALimitThatIsNamed() {
        assertThat(put(repo + "/pfs/" + "x".repeat(255), "x").statusCode()).isEqualTo(201);
        HttpResponse<String> name = put(repo + "/pfs/" + "x".repeat(256), "x");
        assertThat(name.statusCode()).isEqualTo(414);
        assertThat(name.body()).contains("limit 255");
        String path = ("x".repeat(200) + "/").repeat(21) + "y";
        HttpResponse<String> whole = put(repo + "/pfs/" + path, "x");
        assertThat(whole.statusCode()).isEqualTo(414);
        assertThat(whole.body()).contains("limit 4096");
    }

    @Test
    void routesAreMatchedOnTheRawPath() {
        assertThat(get("/pfs%2Ffile").statusCode()).isEqualTo(404);
        assertThat(get("/%70fs/").statusCode()).isEqualTo(404);
    }

    @Test
    void routesThatAreNotThereAreProblems() {
        HttpResponse<String> none = get("/nowhere");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.body()).contains("no-such-route");
        HttpResponse<String> wrong = send("PATCH", repo + "/pfs/x", new byte[0]);
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("Allow").orElseThrow())
                .contains("GET", "PUT", "POST", "DELETE", "HEAD");
        assertThat(post(repo + "/status", "").statusCode()).isEqualTo(405);
        assertThat(get(repo + "/healthz").statusCode()).isEqualTo(404);
    }

    @Test
    void limitsAreLimited() {
        assertThat(get(repo + "/pfs/?limit=100000").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/?limit=100001").statusCode()).isEqualTo(400);
        assertThat(get(repo + "/pfs/?limit=0").statusCode()).isEqualTo(400);
        assertThat(get(repo + "/pfs/?limit=x").body()).contains("100000");
    }
}
