package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A short file that is in memory is answered on another way than one that is not: the same. */
class MemoryAnswersTest extends HttpTest {
    /** A condition that holds sends the request the long way. */
    private static final String[] LONG_WAY = {"If-None-Match", "\"another\""};

    private static Map<String, List<String>> headers(HttpResponse<?> answer) {
        HttpHeaders all = answer.headers();
        Map<String, List<String>> compared = new TreeMap<>(all.map());
        compared.keySet().removeIf(name -> name.equalsIgnoreCase("date"));
        return compared;
    }

    private void assertSameBothWays(String path, String... more) {
        String[] conditioned = new String[more.length + 2];
        System.arraycopy(LONG_WAY, 0, conditioned, 0, 2);
        System.arraycopy(more, 0, conditioned, 2, more.length);
        HttpResponse<byte[]> expected = bytes("GET", path, null, conditioned);
        assertThat(expected.statusCode()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            HttpResponse<byte[]> answer = bytes("GET", path, null, more);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(headers(answer)).isEqualTo(headers(expected));
            assertThat(answer.body()).isEqualTo(expected.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.txt", "page.html", "a.json", "a b%C3%A9.png", "d/e/f", "x.pdf"})
    void headersAndBytesAreThoseOfTheLongWay(String name) {
        String path = repo + "/pfs/" + name.replace(" ", "%20");
        put(path, "some bytes");
        assertSameBothWays(path);
        post(repo + "/commit?message=m", "");
        assertSameBothWays(path);
        assertSameBothWays(path, "Accept", "text/html");
        assertSameBothWays(path, "Accept", "application/json");
    }

    @Test
    void whatTheFileWasGivenIsSaid() {
        String path = repo + "/pfs/f";
        put(path, "text", "Content-Type", "text/csv", "Pfs-Meta-Owner", "ada");
        put(path + "2", "program", "Pfs-Executable", "true");
        assertSameBothWays(path);
        assertSameBothWays(path + "2");
        assertThat(headers(get(path))).containsKey("pfs-meta-owner");
    }

    @Test
    void aNewVersionAndADeletionAreSeenAtOnce() {
        String path = repo + "/pfs/f";
        for (int i = 0; i < 50; i++) {
            put(path, "version " + i);
            assertThat(get(path).body()).isEqualTo("version " + i);
            assertThat(get(path).body()).isEqualTo("version " + i);
        }
        delete(path);
        assertThat(get(path).statusCode()).isEqualTo(404);
        assertThat(get(path).body()).isEqualTo(get(path, LONG_WAY).body());
    }
}
