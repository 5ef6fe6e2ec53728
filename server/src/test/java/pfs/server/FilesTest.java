package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table of files in the public surface, row by row. */
class FilesTest extends HttpTest {
    private String etag(String path) {
        return get(path).headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void postCreatesOnceAndParentsAppearByThemselves() {
        HttpResponse<String> first = post(repo + "/pfs/a/b/c.txt", "one");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Location")).hasValue(repo + "/pfs/a/b/c.txt");
        assertThat(first.headers().firstValue("ETag")).isPresent();
        HttpResponse<String> second = post(repo + "/pfs/a/b/c.txt", "two");
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(second.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        assertThat(second.body()).contains("\"path\":\"a/b/c.txt\"");
        assertThat(get(repo + "/pfs/a/b/c.txt").body()).isEqualTo("one");
        assertThat(get(repo + "/pfs/").body()).isEqualTo("a/\n");
    }

    @Test
    void putCreatesThenReplaces() {
        assertThat(put(repo + "/pfs/f", "one").statusCode()).isEqualTo(201);
        assertThat(put(repo + "/pfs/f", "two").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/f").body()).isEqualTo("two");
    }

    @Test
    void emptyFilesAndLargeOnesComeBackByteForByte() {
        assertThat(put(repo + "/pfs/empty", "").statusCode()).isEqualTo(201);
        HttpResponse<String> empty = get(repo + "/pfs/empty");
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.headers().firstValue("Content-Length")).hasValue("0");
        byte[] large = new byte[5_000_000];
        new Random(7).nextBytes(large);
        bytes("PUT", repo + "/pfs/large", large);
        assertThat(bytes("GET", repo + "/pfs/large", null).body()).isEqualTo(large);
    }

    @Test
    void headSaysWhatGetWouldWithoutTheBody() {
        put(repo + "/pfs/f.txt", "12345");
        HttpResponse<String> head = send("HEAD", repo + "/pfs/f.txt", null);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).hasValue("5");
        assertThat(head.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(head.headers().firstValue("Last-Modified")).isPresent();
        assertThat(head.body()).isEmpty();
        assertThat(send("HEAD", repo + "/pfs/none", null).statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNotThereIsNamed() {
        HttpResponse<String> path = get(repo + "/pfs/none");
        assertThat(path.statusCode()).isEqualTo(404);
        assertThat(path.body()).contains("no-such-path").contains("'none'");
        assertThat(get("/repos/nobody/pfs/x").body()).contains("no-such-repo");
        assertThat(get(repo + "/pfs/x?branch=nope").body()).contains("no-such-ref");
        put(repo + "/pfs/f", "x");
        assertThat(get(repo + "/pfs/f/").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/pfs/f/below").statusCode()).isEqualTo(404);
    }

    @Test
    void deleteTakesFilesAndDirectoriesOnlyWhenTold() {
        put(repo + "/pfs/d/f", "x");
        put(repo + "/pfs/g", "x");
        assertThat(delete(repo + "/pfs/g").statusCode()).isEqualTo(204);
        assertThat(delete(repo + "/pfs/g").statusCode()).isEqualTo(404);
        assertThat(delete(repo + "/pfs/d").statusCode()).isEqualTo(409);
        assertThat(delete(repo + "/pfs/d/").statusCode()).isEqualTo(409);
        assertThat(delete(repo + "/pfs/d/?recursive").statusCode()).isEqualTo(204);
        assertThat(get(repo + "/pfs/d/f").statusCode()).isEqualTo(404);
    }

    @Test
    void filesAndDirectoriesDoNotReplaceEachOther() {
        put(repo + "/pfs/d/f", "x");
        assertThat(put(repo + "/pfs/d", "x").statusCode()).isEqualTo(409);
        assertThat(post(repo + "/pfs/d", "x").statusCode()).isEqualTo(409);
        assertThat(put(repo + "/pfs/d/f/g", "x").statusCode()).isEqualTo(409);
    }

    @Test
    void appendAddsToTheEndAndMakesTheFile() {
        assertThat(put(repo + "/pfs/log?append", "one\n").statusCode()).isIn(200, 201);
        assertThat(put(repo + "/pfs/log?append", "two\n").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/log").body()).isEqualTo("one\ntwo\n");
    }

    @Test
    void copyAndMoveTakeFilesAndDirectories() {
        put(repo + "/pfs/d/f", "x");
        HttpResponse<String> copied = post(repo + "/copy?from=/d&to=/e", "");
        assertThat(copied.statusCode()).isEqualTo(201);
        assertThat(copied.headers().firstValue("Location")).hasValue(repo + "/pfs/e");
        assertThat(get(repo + "/pfs/e/f").body()).isEqualTo("x");
        assertThat(post(repo + "/move?from=e/f&to=g", "").statusCode()).isEqualTo(201);
        assertThat(get(repo + "/pfs/e/f").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/pfs/g").body()).isEqualTo("x");
        assertThat(post(repo + "/copy?from=nope&to=h", "").statusCode()).isEqualTo(404);
        assertThat(post(repo + "/copy?from=d&to=g", "").statusCode()).isEqualTo(409);
        assertThat(post(repo + "/copy?from=d", "").statusCode()).isEqualTo(400);
    }

    @Test
    void copyTakesFromACommit() {
        put(repo + "/pfs/f", "old");
        get(repo + "/commit");
        put(repo + "/pfs/f", "new");
        assertThat(post(repo + "/copy?from=f&to=g&commit=1", "").statusCode()).isEqualTo(201);
        assertThat(get(repo + "/pfs/g").body()).isEqualTo("old");
    }

    @Test
    void contentTypesAreKeptExceptCurlsOwn() {
        put(repo + "/pfs/a", "x", "Content-Type", "text/x-own");
        assertThat(get(repo + "/pfs/a").headers().firstValue("Content-Type"))
                .hasValue("text/x-own");
        put(repo + "/pfs/b.json", "x", "Content-Type", "application/x-www-form-urlencoded");
        assertThat(get(repo + "/pfs/b.json").headers().firstValue("Content-Type"))
                .hasValue("application/json");
        put(repo + "/pfs/c", "x");
        assertThat(get(repo + "/pfs/c").headers().firstValue("Content-Type"))
                .hasValue("application/octet-stream");
    }

    @Test
    void servedPagesCannotScriptTheServersOrigin() {
        put(repo + "/pfs/a.html", "<script>1</script>");
        HttpResponse<String> page = get(repo + "/pfs/a.html");
        assertThat(page.headers().firstValue("Content-Security-Policy")).hasValue("sandbox");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    @Test
    void metadataModifiedAndExecutableAreKept() {
        put(
                repo + "/pfs/a",
                "x",
                "Pfs-Meta-Owner",
                "ann",
                "Pfs-Modified",
                "2020-02-03T04:05:06Z",
                "Pfs-Executable",
                "true");
        HttpResponse<String> file = get(repo + "/pfs/a");
        assertThat(file.headers().firstValue("pfs-meta-owner")).hasValue("ann");
        assertThat(file.headers().firstValue("Last-Modified"))
                .hasValue("Mon, 03 Feb 2020 04:05:06 GMT");
        assertThat(file.headers().firstValue("Pfs-Executable")).hasValue("true");
        assertThat(put(repo + "/pfs/a", "x", "Pfs-Modified", "yesterday").statusCode())
                .isEqualTo(400);
    }

    @Test
    void rangesSingleSeveralAndBeyond() {
        put(repo + "/pfs/f.txt", "0123456789");
        HttpResponse<String> one = get(repo + "/pfs/f.txt", "Range", "bytes=2-4");
        assertThat(one.statusCode()).isEqualTo(206);
        assertThat(one.body()).isEqualTo("234");
        assertThat(one.headers().firstValue("Content-Range")).hasValue("bytes 2-4/10");
        assertThat(get(repo + "/pfs/f.txt", "Range", "bytes=-3").body()).isEqualTo("789");
        assertThat(get(repo + "/pfs/f.txt", "Range", "bytes=8-").body()).isEqualTo("89");
        assertThat(get(repo + "/pfs/f.txt", "Range", "bytes=8-99").body()).isEqualTo("89");
        HttpResponse<String> beyond = get(repo + "/pfs/f.txt", "Range", "bytes=10-");
        assertThat(beyond.statusCode()).isEqualTo(416);
        assertThat(beyond.headers().firstValue("Content-Range")).hasValue("bytes */10");
        assertThat(get(repo + "/pfs/f.txt", "Range", "lines=1-2").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/f.txt", "Range", "bytes=5-2").statusCode()).isEqualTo(200);
        HttpResponse<String> two = get(repo + "/pfs/f.txt", "Range", "bytes=0-0,9-9");
        assertThat(two.statusCode()).isEqualTo(206);
        assertThat(two.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("multipart/byteranges; boundary=");
        assertThat(two.body())
                .contains("Content-Range: bytes 0-0/10\r\n\r\n0\r\n")
                .contains("Content-Range: bytes 9-9/10\r\n\r\n9\r\n");
    }

    @Test
    void rangesAreOnlyServedOfWhatTheClientHas() {
        put(repo + "/pfs/f", "0123456789");
        String tag = etag(repo + "/pfs/f");
        assertThat(get(repo + "/pfs/f", "Range", "bytes=1-1", "If-Range", tag).statusCode())
                .isEqualTo(206);
        assertThat(get(repo + "/pfs/f", "Range", "bytes=1-1", "If-Range", "\"other\"").statusCode())
                .isEqualTo(200);
    }

    @Test
    void readsAreConditional() {
        put(repo + "/pfs/f", "x", "Pfs-Modified", "2020-02-03T04:05:06Z");
        String tag = etag(repo + "/pfs/f");
        HttpResponse<String> same = get(repo + "/pfs/f", "If-None-Match", tag);
        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.headers().firstValue("ETag")).hasValue(tag);
        assertThat(get(repo + "/pfs/f", "If-None-Match", "W/" + tag).statusCode()).isEqualTo(304);
        assertThat(get(repo + "/pfs/f", "If-None-Match", "\"a\", " + tag).statusCode())
                .isEqualTo(304);
        assertThat(get(repo + "/pfs/f", "If-None-Match", "\"a\"").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/f", "If-Match", "\"a\"").statusCode()).isEqualTo(412);
        assertThat(get(repo + "/pfs/f", "If-Match", tag).statusCode()).isEqualTo(200);
        String later = "Tue, 04 Feb 2020 00:00:00 GMT";
        String sooner = "Sun, 02 Feb 2020 00:00:00 GMT";
        assertThat(get(repo + "/pfs/f", "If-Modified-Since", later).statusCode()).isEqualTo(304);
        assertThat(get(repo + "/pfs/f", "If-Modified-Since", sooner).statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/f", "If-Unmodified-Since", sooner).statusCode()).isEqualTo(412);
        assertThat(get(repo + "/pfs/f", "If-Unmodified-Since", later).statusCode()).isEqualTo(200);
    }

    @Test
    void writesAreConditional() {
        assertThat(put(repo + "/pfs/f", "x", "If-Match", "*").statusCode()).isEqualTo(412);
        assertThat(put(repo + "/pfs/f", "x", "If-None-Match", "*").statusCode()).isEqualTo(201);
        assertThat(put(repo + "/pfs/f", "x", "If-None-Match", "*").statusCode()).isEqualTo(412);
        String tag = etag(repo + "/pfs/f");
        assertThat(put(repo + "/pfs/f", "y", "If-Match", tag).statusCode()).isEqualTo(200);
        assertThat(put(repo + "/pfs/f", "z", "If-Match", tag).statusCode()).isEqualTo(412);
        assertThat(delete(repo + "/pfs/f", "If-Match", tag).statusCode()).isEqualTo(412);
        assertThat(get(repo + "/pfs/f").body()).isEqualTo("y");
        String now = etag(repo + "/pfs/f");
        assertThat(delete(repo + "/pfs/f", "If-Match", now).statusCode()).isEqualTo(204);
    }

    @Test
    void digestsAreVerifiedAndNothingIsLeftWhenTheyAreWrong() throws Exception {
        byte[] body = "body".getBytes();
        String md5 =
                Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(body));
        String sha =
                Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(body));
        assertThat(put(repo + "/pfs/a", "body", "Content-MD5", md5).statusCode()).isEqualTo(201);
        assertThat(
                        put(
                                        repo + "/pfs/b",
                                        "body",
                                        "Content-Digest",
                                        "sha-256=:" + sha + ":, unixsum=:AAA=:")
                                .statusCode())
                .isEqualTo(201);
        assertThat(put(repo + "/pfs/c", "bodx", "Content-MD5", md5).statusCode()).isEqualTo(400);
        assertThat(
                        put(repo + "/pfs/c", "bodx", "Content-Digest", "sha-256=:" + sha + ":")
                                .statusCode())
                .isEqualTo(400);
        assertThat(put(repo + "/pfs/c", "x", "Content-Digest", "sha-256=abc").statusCode())
                .isEqualTo(400);
        assertThat(put(repo + "/pfs/c", "x", "Content-MD5", "zz").statusCode()).isEqualTo(400);
        assertThat(get(repo + "/pfs/c").statusCode()).isEqualTo(404);
    }

    @Test
    void readsOfACommitAreTheSameForEverAndWritesToOneAreRefused() {
        put(repo + "/pfs/f", "one");
        String id = get(repo + "/commit").body().strip();
        put(repo + "/pfs/f", "two");
        assertThat(get(repo + "/pfs/f?commit=1").body()).isEqualTo("one");
        assertThat(get(repo + "/pfs/f?commit=" + id).body()).isEqualTo("one");
        assertThat(get(repo + "/pfs/f?commit=" + id.substring(0, 7)).body()).isEqualTo("one");
        assertThat(get(repo + "/pfs/f?commit=master").body()).isEqualTo("one");
        assertThat(get(repo + "/pfs/f?commit=2").statusCode()).isEqualTo(404);
        assertThat(put(repo + "/pfs/f?commit=1", "x").statusCode()).isEqualTo(400);
    }
}
