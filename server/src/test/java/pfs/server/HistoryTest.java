package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** The table of history in the public surface: commits, refs, changes, repos. */
class HistoryTest extends HttpTest {
    private String commit(String query) {
        return post(repo + "/commit" + query, "").body().strip();
    }

    @Test
    void aGetCommitsAndNothingNewIsTheHead() {
        put(repo + "/pfs/f", "x");
        HttpResponse<String> first = get(repo + "/commit");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.body()).matches("[0-9a-f]{64}\n");
        assertThat(first.headers().firstValue("Cache-Control")).hasValue("no-store");
        HttpResponse<String> second = get(repo + "/commit");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        put(repo + "/pfs/f", "x");
        assertThat(get(repo + "/commit").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/status").body()).isEmpty();
    }

    @Test
    void aRepoWithNothingToCommitSaysSo() {
        assertThat(get(repo + "/commits").body()).isEmpty();
        assertThat(get(repo + "/commits").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/commit").statusCode()).isEqualTo(422);
    }

    @Test
    void headAndPrefetchesNeverCommit() {
        put(repo + "/pfs/f", "x");
        assertThat(send("HEAD", repo + "/commit", null).statusCode()).isEqualTo(200);
        assertThat(get(repo + "/commit", "Sec-Purpose", "prefetch;prerender").statusCode())
                .isEqualTo(403);
        assertThat(get(repo + "/commit", "Purpose", "prefetch").statusCode()).isEqualTo(403);
        assertThat(get(repo + "/commit", "X-Moz", "prefetch").statusCode()).isEqualTo(403);
        assertThat(get(repo + "/commits").body()).isEmpty();
    }

    @Test
    void aCommitCanBeConditional() {
        put(repo + "/pfs/f", "1");
        String head = commit("");
        put(repo + "/pfs/f", "2");
        String other = "0".repeat(64);
        assertThat(post(repo + "/commit", "", "If-Match", "\"" + other + "\"").statusCode())
                .isEqualTo(412);
        assertThat(post(repo + "/commit", "", "If-Match", "abc").statusCode()).isEqualTo(400);
        assertThat(post(repo + "/commit", "", "If-Match", "\"" + head + "\"").statusCode())
                .isEqualTo(201);
    }

    @Test
    void commitsAreListedNewestFirst() {
        put(repo + "/pfs/f", "1");
        String one = commit("?message=the+first&author=Ann+B");
        put(repo + "/pfs/g", "2");
        HttpResponse<String> posted =
                post(
                        repo + "/commit",
                        "message=second%0Amore&author=bob",
                        "Content-Type",
                        "application/x-www-form-urlencoded");
        String two = posted.body().strip();
        String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";
        assertThat(get(repo + "/commits").body())
                .matches(
                        two
                                + "  "
                                + time
                                + "  bob  second\n"
                                + one
                                + "  "
                                + time
                                + "  Ann B  the first\n");
        assertThat(get(repo + "/commits?limit=1").body()).startsWith(two).hasLineCount(1);
        assertThat(get(repo + "/commits?limit=1").headers().firstValue("Link").orElseThrow())
                .contains("after=" + two);
        assertThat(get(repo + "/commits?after=" + two).body()).startsWith(one).hasLineCount(1);
        assertThat(get(repo + "/commits?path=/f").body()).startsWith(one).hasLineCount(1);
        assertThat(get(repo + "/commits?ref=1").body()).startsWith(one).hasLineCount(1);
        assertThat(get(repo + "/commits/1").body()).startsWith(one + "  ");
        assertThat(get(repo + "/commits/master~1").body()).startsWith(one);
        assertThat(get(repo + "/commits/9").statusCode()).isEqualTo(404);
        String json = get(repo + "/commits", "Accept", "application/json").body();
        assertThat(json)
                .startsWith("{\"commits\":[{\"id\":\"" + two)
                .contains("\"message\":\"second\\nmore\"")
                .contains("\"next\":null");
        assertThat(get(repo + "/commits/1", "Accept", "application/json").body())
                .contains("\"number\":1");
    }

    @Test
    void aRefByTimeIsTheHeadAsItWasThen() {
        put(repo + "/pfs/f", "1");
        String one = commit("");
        String time = get(repo + "/commits/1").body().split("  ")[1];
        put(repo + "/pfs/f", "2");
        commit("");
        assertThat(get(repo + "/commits/master@%7B" + time + "%7D").body()).startsWith(one);
        assertThat(get(repo + "/pfs/f?commit=master@%7B" + time + "%7D").body()).isEqualTo("1");
    }

    @Test
    void statusAndDiffSayWhatChanged() {
        put(repo + "/pfs/a", "1");
        put(repo + "/pfs/b", "1");
        assertThat(get(repo + "/status").body()).isEqualTo("A\ta\nA\tb\n");
        commit("");
        put(repo + "/pfs/a", "2");
        delete(repo + "/pfs/b");
        put(repo + "/pfs/d/c%20d", "3");
        assertThat(get(repo + "/status").body()).isEqualTo("M\ta\nD\tb\nA\td/c d\n");
        assertThat(get(repo + "/status?path=/d").body()).isEqualTo("A\td/c d\n");
        assertThat(get(repo + "/diff?from=1").body()).isEqualTo("M\ta\nD\tb\nA\td/c d\n");
        commit("");
        assertThat(get(repo + "/status").body()).isEmpty();
        assertThat(get(repo + "/diff?from=1&to=2&path=d").body()).isEqualTo("A\td/c d\n");
        assertThat(get(repo + "/diff?from=2&to=1").body()).isEqualTo("M\ta\nA\tb\nD\td/c d\n");
        assertThat(get(repo + "/diff?from=1&to=2", "Accept", "application/json").body())
                .contains("{\"change\":\"M\",\"path\":\"a\"}");
        assertThat(get(repo + "/diff?from=7").statusCode()).isEqualTo(404);
    }

    @Test
    void resetDropsAllOrOnePath() {
        put(repo + "/pfs/a", "1");
        put(repo + "/pfs/d/b", "1");
        commit("");
        put(repo + "/pfs/a", "2");
        put(repo + "/pfs/d/b", "2");
        put(repo + "/pfs/d/c", "2");
        assertThat(post(repo + "/reset?path=/d/", "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/status").body()).isEqualTo("M\ta\n");
        assertThat(post(repo + "/reset", "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/status").body()).isEmpty();
        assertThat(get(repo + "/pfs/a").body()).isEqualTo("1");
    }

    @Test
    void branchesComeMoveAndGo() {
        assertThat(post(repo + "/branches/dev", "").statusCode()).isEqualTo(422);
        put(repo + "/pfs/f", "1");
        String one = commit("");
        put(repo + "/pfs/f", "2");
        String two = commit("");
        HttpResponse<String> made = post(repo + "/branches/feature/x?commit=1", "");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.body()).isEqualTo(one + "\n");
        assertThat(post(repo + "/branches/feature/x?commit=1", "").statusCode()).isEqualTo(409);
        assertThat(get(repo + "/branches").body())
                .isEqualTo("feature/x  " + one + "\nmaster  " + two + "\n");
        assertThat(get(repo + "/branches/feature%2Fx").body()).isEqualTo(one + "\n");
        assertThat(get(repo + "/branches/none").statusCode()).isEqualTo(404);
        assertThat(get(repo + "/pfs/f?branch=feature/x").body()).isEqualTo("1");
        String to = repo + "/branches/feature/x?commit=master";
        assertThat(put(to, "", "If-Match", "\"" + two + "\"").statusCode()).isEqualTo(412);
        assertThat(put(to, "", "If-Match", "\"" + one + "\"").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/f?commit=feature/x").body()).isEqualTo("2");
        assertThat(delete(repo + "/branches/feature/x").statusCode()).isEqualTo(204);
        assertThat(delete(repo + "/branches/feature/x").statusCode()).isEqualTo(404);
        for (String bad : new String[] {"a..b", "-x", "a//b", "x/", "a".repeat(256)}) {
            assertThat(post(repo + "/branches/" + bad + "?commit=1", "").statusCode())
                    .as(bad)
                    .isIn(400, 413);
        }
    }

    @Test
    void branchesAreWrittenApart() {
        put(repo + "/pfs/f", "1");
        commit("");
        post(repo + "/branches/dev", "");
        put(repo + "/pfs/f?branch=dev", "dev");
        assertThat(get(repo + "/pfs/f").body()).isEqualTo("1");
        assertThat(commit("?branch=dev")).hasSize(64);
        assertThat(get(repo + "/commits?branch=dev").body()).hasLineCount(2);
        assertThat(get(repo + "/commits").body()).hasLineCount(1);
        assertThat(put(repo + "/pfs/f?branch=none", "x").statusCode()).isEqualTo(404);
        assertThat(put(repo + "/pfs/f?branch=jobs/x", "x").statusCode()).isEqualTo(422);
    }

    @Test
    void aTagNeverMoves() {
        put(repo + "/pfs/f", "1");
        String one = commit("");
        assertThat(post(repo + "/tags/v1", "").statusCode()).isEqualTo(201);
        assertThat(post(repo + "/tags/v1", "").statusCode()).isEqualTo(409);
        assertThat(put(repo + "/tags/v1", "").statusCode()).isEqualTo(405);
        assertThat(get(repo + "/tags").body()).isEqualTo("v1  " + one + "\n");
        assertThat(get(repo + "/tags/v1").body()).isEqualTo(one + "\n");
        assertThat(get(repo + "/pfs/f?commit=v1").body()).isEqualTo("1");
        assertThat(delete(repo + "/tags/v1").statusCode()).isEqualTo(204);
        assertThat(get(repo + "/tags/v1").statusCode()).isEqualTo(404);
    }

    @Test
    void reposAreMadeListedAndDeletedOnlyWhenNamedTwice() {
        assertThat(send("PUT", "/repos/sales", null).statusCode()).isEqualTo(201);
        assertThat(send("PUT", "/repos/sales", null).statusCode()).isEqualTo(200);
        assertThat(get("/repos").body()).contains("sales\n", "default\n");
        put("/repos/sales/pfs/f", "x");
        assertThat(get("/pfs/f").statusCode()).isEqualTo(404);
        assertThat(get("/repos/sales/pfs/f").body()).isEqualTo("x");
        assertThat(delete("/repos/sales").statusCode()).isEqualTo(400);
        assertThat(delete("/repos/sales?confirm=other").statusCode()).isEqualTo(400);
        assertThat(delete("/repos/sales?confirm=sales").statusCode()).isEqualTo(204);
        assertThat(get("/repos/sales/pfs/f").statusCode()).isEqualTo(404);
        assertThat(delete("/repos/sales?confirm=sales").statusCode()).isEqualTo(404);
        assertThat(delete("/repos/default?confirm=default").statusCode()).isEqualTo(422);
        for (String bad : new String[] {"Sales", "-x", "a_b%20c", "x".repeat(64)}) {
            assertThat(send("PUT", "/repos/" + bad, null).statusCode()).as(bad).isIn(400, 413);
        }
    }

    @Test
    void aMergeTakesBothSidesAndNamesConflicts() {
        put(repo + "/pfs/a", "1");
        put(repo + "/pfs/b", "1");
        String first = commit("");
        post(repo + "/branches/side?commit=" + first, "");
        put(repo + "/pfs/a?branch=side", "2");
        commit("?branch=side");
        put(repo + "/pfs/b", "2");
        commit("");
        HttpResponse<String> merged = post(repo + "/merge?from=side&into=master", "");
        assertThat(merged.statusCode()).as(merged.body()).isEqualTo(200);
        assertThat(merged.body()).matches("[0-9a-f]{64}\n");
        assertThat(get(repo + "/pfs/a").body()).isEqualTo("2");
        put(repo + "/pfs/a?branch=side", "3");
        commit("?branch=side");
        put(repo + "/pfs/a", "4");
        String head = commit("");
        HttpResponse<String> conflict = post(repo + "/merge?from=side", "");
        assertThat(conflict.statusCode()).isEqualTo(409);
        assertThat(conflict.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        assertThat(conflict.body()).contains("\"conflicts\":[\"a\"]");
        assertThat(commit("")).isEqualTo(head);
        assertThat(post(repo + "/merge?from=side&strategy=mine", "").statusCode()).isEqualTo(400);
        assertThat(post(repo + "/merge?from=side&strategy=theirs:x*", "").statusCode())
                .isEqualTo(409);
        assertThat(post(repo + "/merge?from=side&strategy=theirs:a", "").statusCode())
                .isEqualTo(200);
        assertThat(get(repo + "/pfs/a").body()).isEqualTo("3");
    }

    @Test
    void aCommitIsTakenBackAndDoneAgain() {
        put(repo + "/pfs/a", "1");
        commit("");
        put(repo + "/pfs/a", "2");
        String change = commit("");
        assertThat(post(repo + "/revert?commit=" + change, "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/a").body()).isEqualTo("1");
        assertThat(post(repo + "/cherry-pick?commit=" + change, "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/a").body()).isEqualTo("2");
    }

    @Test
    void aDiffFindsRenamesAndShowsText() {
        put(repo + "/pfs/d/a", "one\ntwo\nthree\n");
        put(repo + "/pfs/b", "x\n");
        String first = commit("");
        post(repo + "/move?from=/d&to=/e", "");
        put(repo + "/pfs/b", "y");
        String second = commit("");
        String range = "/diff?from=" + first + "&to=" + second;
        assertThat(get(repo + range).body()).isEqualTo("M\tb\nR\td/a\te/a\n");
        assertThat(get(repo + range + "&renames=false").body()).isEqualTo("M\tb\nD\td/a\nA\te/a\n");
        assertThat(get(repo + range + "&text").body())
                .contains("--- a/b\n+++ b/b\n@@ -1,1 +1,1 @@\n-x\n+y\n\\ No newline")
                .contains("rename from d/a\nrename to e/a\n");
    }

    @Test
    void aProtectedBranchTakesMergesOnly() {
        put(repo + "/pfs/a", "1");
        commit("");
        assertThat(put(repo + "/branches/master?protect", "").statusCode()).isEqualTo(200);
        assertThat(put(repo + "/pfs/a", "2").statusCode()).isEqualTo(422);
        assertThat(put(repo + "/branches/master?protect=false", "").statusCode()).isEqualTo(200);
        assertThat(put(repo + "/pfs/a", "2").statusCode()).isEqualTo(200);
    }

    @Test
    void aProtectedBranchSaysSo() {
        put(repo + "/pfs/a", "1");
        String one = commit("");
        String json = "{\"name\":\"master\",\"commit\":\"" + one + "\"";
        String branch = repo + "/branches/master";
        assertThat(get(branch, "Accept", "application/json").body()).isEqualTo(json + "}\n");
        put(branch + "?protect", "");
        assertThat(get(branch, "Accept", "application/json").body())
                .isEqualTo(json + ",\"protected\":true}\n");
    }

    @Test
    void aCommitKeepsItsMetadata() {
        put(repo + "/pfs/a", "1");
        post(repo + "/commit", "", "Pfs-Meta-Source", "sensor 7");
        assertThat(get(repo + "/commits/1", "Accept", "application/json").body())
                .contains("\"metadata\":{\"source\":\"sensor 7\"}");
    }

    @Test
    void aDiffGoesFromNothingAndUpToNow() {
        put(repo + "/pfs/a", "1");
        assertThat(get(repo + "/diff").body()).isEqualTo("A\ta\n");
        commit("");
        put(repo + "/pfs/b", "2");
        assertThat(get(repo + "/diff").body()).isEqualTo("A\tb\n");
        assertThat(get(repo + "/diff?from=").body()).isEqualTo("A\ta\nA\tb\n");
        assertThat(get(repo + "/diff?from=&to=1").body()).isEqualTo("A\ta\n");
        assertThat(get(repo + "/diff?from=&to=1&text").body())
                .contains("+++ b/a\n@@ -0,0 +1,1 @@\n");
        assertThat(get(repo + "/diff?from=1&to=1&text").body()).isEmpty();
        delete(repo + "/pfs/a");
        assertThat(get(repo + "/diff?text").body()).contains("@@ -1,1 +0,0 @@\n");
    }

    @Test
    void refExpressionsChain() {
        put(repo + "/pfs/f", "1");
        String one = commit("");
        put(repo + "/pfs/f", "2");
        String two = commit("");
        put(repo + "/pfs/f", "3");
        String three = commit("");
        post(repo + "/tags/v3", "");
        String time = get(repo + "/commits/2").body().split("  ")[1];
        String at = "@%7B" + time + "%7D";
        assertThat(get(repo + "/commits/master~1~1").body()).startsWith(one);
        assertThat(get(repo + "/commits/v3~1" + at).body()).startsWith(two);
        assertThat(get(repo + "/commits/master" + at + "~").body()).startsWith(one);
        assertThat(get(repo + "/commits/v3" + at + "~1").body()).startsWith(one);
        assertThat(get(repo + "/commits/3~2").body()).startsWith(one);
        assertThat(get(repo + "/commits/" + three.substring(0, 7) + "~").body()).startsWith(two);
        assertThat(get(repo + "/commits/HEAD~1").body()).startsWith(two);
        assertThat(get(repo + "/commits/master~3").statusCode()).isEqualTo(404);
    }

    @Test
    void aMergeGoesOnWithAChoiceForThePathsItNamed() {
        put(repo + "/pfs/d/%5Ba%5D", "1");
        put(repo + "/pfs/b", "1");
        commit("");
        post(repo + "/branches/side", "");
        for (String path : new String[] {"d/[a]", "b"}) {
            String url = repo + "/pfs/" + path.replace("[", "%5B").replace("]", "%5D");
            put(url, "ours");
            put(url + "?branch=side", "theirs");
        }
        String head = commit("");
        commit("?branch=side");
        String merge = repo + "/merge?from=side";
        assertThat(post(merge, "").body()).contains("\"conflicts\":[\"b\",\"d/[a]\"]");
        String half = merge + "&strategy=theirs:d/%5Ba%5D";
        assertThat(post(half, "").body()).contains("\"conflicts\":[\"b\"]");
        assertThat(get(repo + "/branches/master").body()).isEqualTo(head + "\n");
        assertThat(post(half + "&strategy=ours:b", "").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/pfs/d/%5Ba%5D").body()).isEqualTo("theirs");
        assertThat(get(repo + "/pfs/b").body()).isEqualTo("ours");
    }
}
