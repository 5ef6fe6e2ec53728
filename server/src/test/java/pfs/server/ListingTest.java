package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories and globs. */
class ListingTest extends HttpTest {
    @BeforeEach
    void files() {
        for (String path :
                new String[] {"a.txt", "b.csv", "d/one.txt", "d/two.csv", "d/e/three.txt", "z"}) {
            put(repo + "/pfs/" + path, path + "\n");
        }
    }

    @Test
    void aDirectoryIsListedANameALine() {
        assertThat(get(repo + "/pfs/").body()).isEqualTo("a.txt\nb.csv\nd/\nz\n");
        assertThat(get(repo + "/pfs").body()).isEqualTo("a.txt\nb.csv\nd/\nz\n");
        assertThat(get(repo + "/pfs/d/").body()).isEqualTo("e/\none.txt\ntwo.csv\n");
        assertThat(get(repo + "/pfs/d/?recursive").body())
                .isEqualTo("e/three.txt\none.txt\ntwo.csv\n");
        assertThat(get(repo + "/pfs/none/").statusCode()).isEqualTo(404);
    }

    @Test
    void aDirectoryWithoutItsSlashIsListedTooForCurl() {
        HttpResponse<String> listing = get(repo + "/pfs/d");
        assertThat(listing.statusCode()).isEqualTo(200);
        assertThat(listing.body()).isEqualTo("e/\none.txt\ntwo.csv\n");
        assertThat(listing.headers().firstValue("Content-Location")).hasValue(repo + "/pfs/d/");
        HttpResponse<String> browser = get(repo + "/pfs/d?commit=1", "Accept", "text/html");
        assertThat(browser.statusCode()).isIn(308, 404);
    }

    @Test
    void pagesFollowEachOther() {
        HttpResponse<String> first = get(repo + "/pfs/?limit=2");
        assertThat(first.body()).isEqualTo("a.txt\nb.csv\n");
        assertThat(first.headers().firstValue("Link"))
                .hasValue("<" + repo + "/pfs/?limit=2&after=b.csv>; rel=\"next\"");
        HttpResponse<String> second = get(repo + "/pfs/?limit=2&after=b.csv");
        assertThat(second.body()).isEqualTo("d/\nz\n");
        assertThat(second.headers().firstValue("Link")).isEmpty();
        assertThat(get(repo + "/pfs/?after=d/").body()).isEqualTo("z\n");
        assertThat(get(repo + "/pfs/d/?after=e/").body()).isEqualTo("one.txt\ntwo.csv\n");
    }

    @Test
    void jsonHasTheEntriesAndWhatComesNext() {
        String json = get(repo + "/pfs/?limit=3", "Accept", "application/json").body();
        assertThat(json)
                .startsWith(
                        "{\"entries\":[{\"path\":\"a.txt\",\"type\":\"file\",\"size\":6,\"id\":\"")
                .contains("\"path\":\"d/\",\"type\":\"directory\",\"size\":")
                .contains("\"modified\":\"20")
                .endsWith("\"next\":\"d/\"}\n");
        assertThat(get(repo + "/pfs/?after=d/", "Accept", "application/json").body())
                .endsWith("\"next\":null}\n");
    }

    @Test
    void browsersGetAPage() {
        HttpResponse<String> page =
                get(
                        repo + "/pfs/",
                        "Accept",
                        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
        assertThat(page.body()).contains("<!doctype html>").contains("/pfs/a.txt");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'")
                .doesNotContain("unsafe");
        put(repo + "/pfs/x/%3Cscript%3E&%22'", "x");
        assertThat(get(repo + "/pfs/x/", "Accept", "text/html").body())
                .doesNotContain("<script>")
                .contains("&lt;script&gt;&amp;&quot;&#39;");
    }

    @Test
    void directoriesMayBeExplicitAndEmpty() {
        assertThat(send("PUT", repo + "/pfs/empty/", null).statusCode()).isEqualTo(201);
        assertThat(send("PUT", repo + "/pfs/empty/", null).statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/empty/").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/").body()).contains("empty/\n");
        assertThat(put(repo + "/pfs/other/", "a body").statusCode()).isEqualTo(400);
        assertThat(send("PUT", repo + "/pfs/z/", null).statusCode()).isEqualTo(409);
        assertThat(send("POST", repo + "/pfs/empty/", null).statusCode()).isEqualTo(409);
        delete(repo + "/pfs/d/one.txt");
        delete(repo + "/pfs/d/two.csv");
        delete(repo + "/pfs/d/e/three.txt");
        assertThat(get(repo + "/pfs/d/").statusCode()).isEqualTo(404);
    }

    @Test
    void globsGiveTheMatchingFilesBytes() {
        assertThat(get(repo + "/pfs/*.txt").body()).isEqualTo("a.txt\n");
        assertThat(get(repo + "/pfs/**/*.txt").body())
                .isEqualTo("a.txt\nd/e/three.txt\nd/one.txt\n");
        assertThat(get(repo + "/pfs/d/**").body())
                .isEqualTo("d/e/three.txt\nd/one.txt\nd/two.csv\n");
        assertThat(get(repo + "/pfs/%3F.csv").body()).isEqualTo("b.csv\n");
        assertThat(get(repo + "/pfs/%5Ba-c%5D.*").body()).isEqualTo("a.txt\nb.csv\n");
        assertThat(get(repo + "/pfs/*/*.csv").body()).isEqualTo("d/two.csv\n");
        assertThat(get(repo + "/pfs/*.nope").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/pfs/none/*").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/pfs/d/*.txt", "Accept", "application/json").body())
                .contains("\"path\":\"d/one.txt\"");
    }

    @Test
    void aFileOfThatNameIsNoGlobAndWritesNeverGlob() {
        assertThat(put(repo + "/pfs/*.txt", "star").statusCode()).isEqualTo(201);
        assertThat(get(repo + "/pfs/*.txt").body()).isEqualTo("star");
        assertThat(delete(repo + "/pfs/d/*").statusCode()).isEqualTo(404);
    }
}
