package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Garbage collection and checks over HTTP. */
class CareTest extends HttpTest {
    private static long number(String body, String name) {
        return body.lines()
                .filter(line -> line.startsWith(name + "  "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] random(int seed) {
        byte[] bytes = new byte[200_000];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatADeletedBranchHadIsFreed() {
        put(repo + "/pfs/kept", "kept");
        post(repo + "/commit", "");
        post(repo + "/branches/b?commit=master", "");
        for (int i = 0; i < 5; i++) {
            bytes("PUT", repo + "/pfs/f" + i + "?branch=b", random(i));
        }
        String gone = post(repo + "/commit?branch=b", "").body().strip();
        delete(repo + "/branches/b");
        HttpResponse<String> done = post("/gc?trash=0", "");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(number(done.body(), "freed-bytes")).isGreaterThan(1_000_000);
        assertThat(number(done.body(), "deleted-bytes")).isGreaterThan(1_000_000);
        assertThat(number(done.body(), "damaged-packs")).isZero();
        assertThat(get(repo + "/pfs/kept").body()).isEqualTo("kept");
        assertThat(get(repo + "/commits/" + gone).statusCode()).isEqualTo(404);
        HttpResponse<String> again =
                send("POST", "/gc?trash=0", new byte[0], "Accept", "application/json");
        assertThat(again.body()).contains("\"freedObjects\":");
    }

    @Test
    void aCheckFindsNothingInAWholeStore() {
        bytes("PUT", repo + "/pfs/f", random(7));
        post(repo + "/commit", "");
        HttpResponse<String> checked = get("/fsck");
        assertThat(checked.statusCode()).isEqualTo(200);
        assertThat(number(checked.body(), "damages")).isZero();
        assertThat(number(checked.body(), "objects")).isPositive();
        assertThat(send("POST", "/fsck", new byte[0], "Accept", "application/json").body())
                .contains("\"whole\":true");
    }

    @Test
    void whatIsNoNumberOfSecondsIsRefused() {
        assertThat(post("/gc?trash=soon", "").statusCode()).isEqualTo(400);
        assertThat(post("/gc?wait=-1", "").statusCode()).isEqualTo(400);
    }

    @Test
    void aBranchKeepsFilesAsFarBackAsItsRuleSays() {
        for (int i = 0; i < 4; i++) {
            put(repo + "/pfs/f", "text " + i);
            get(repo + "/commit?message=c" + i);
        }
        HttpResponse<String> rule = put(repo + "/branches/master?keep=2+commits", "");
        assertThat(rule.statusCode()).isEqualTo(200);
        assertThat(get(repo + "/branches/master", "Accept", "application/json").body())
                .contains("\"keep\":\"2 commits\"");
        assertThat(post("/gc?trash=0", "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/commits").body().lines()).hasSize(4);
        assertThat(get(repo + "/pfs/f?commit=master~1").body()).isEqualTo("text 2");
        HttpResponse<String> old = get(repo + "/pfs/f?commit=master~2");
        assertThat(old.statusCode()).isEqualTo(404);
        assertThat(old.body()).contains("were dropped");
        assertThat(get(repo + "/diff?from=master~3&to=master").statusCode()).isEqualTo(404);
        assertThat(post(repo + "/tags/old?commit=1", "").statusCode()).isEqualTo(404);
        assertThat(get("/fsck").body()).contains("damages  0");
        assertThat(put(repo + "/branches/master?keep=9+weeks", "").statusCode()).isEqualTo(400);
        assertThat(put(repo + "/branches/none?keep=1+day", "").statusCode()).isEqualTo(404);
        put(repo + "/branches/master?keep=all", "");
        assertThat(get(repo + "/branches/master", "Accept", "application/json").body())
                .doesNotContain("keep");
    }
}
