package pfs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The header Idempotency-Key, route by route. */
class IdempotencyTest extends HttpTest {
    private static final String KEY = "Idempotency-Key";

    @Test
    void aCreationThatIsSentAgainIsAnsweredAsTheFirst() {
        HttpResponse<String> first = post(repo + "/pfs/f", "one", KEY, "k1");
        HttpResponse<String> second = post(repo + "/pfs/f", "one", KEY, "k1");
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.headers().firstValue("ETag"))
                .isEqualTo(first.headers().firstValue("ETag"));
        assertThat(post(repo + "/pfs/f", "one").statusCode()).isEqualTo(409);
        assertThat(post(repo + "/pfs/f", "one", KEY, "k2").statusCode()).isEqualTo(409);
    }

    @Test
    void aReplacementThatIsSentAgainDoesNotUndoWhatCameBetween() {
        put(repo + "/pfs/f", "one", KEY, "k1");
        put(repo + "/pfs/f", "two");
        assertThat(put(repo + "/pfs/f", "one", KEY, "k1").statusCode()).isEqualTo(201);
        assertThat(get(repo + "/pfs/f").body()).isEqualTo("two");
    }

    @Test
    void anotherRequestWithTheSameKeyIsRefused() {
        put(repo + "/pfs/f", "one", KEY, "k1");
        for (HttpResponse<String> other :
                List.of(
                        put(repo + "/pfs/f", "other", KEY, "k1"),
                        put(repo + "/pfs/g", "one", KEY, "k1"),
                        put(repo + "/pfs/f", "one", KEY, "k1", "Pfs-Meta-X", "1"),
                        delete(repo + "/pfs/f", KEY, "k1"),
                        post(repo + "/commit", "", KEY, "k1"))) {
            assertThat(other.statusCode()).isEqualTo(422);
            assertThat(other.body()).contains("urn:pfs:key-reused");
        }
        assertThat(get(repo + "/pfs/f").body()).isEqualTo("one");
    }

    @Test
    void anAppendIsMadeOnce() {
        String log = repo + "/pfs/log?append";
        HttpResponse<String> first = put(log, "line\n", KEY, "k1");
        put(log, "more\n");
        HttpResponse<String> again = put(log, "line\n", KEY, "k1");
        assertThat(get(repo + "/pfs/log").body()).isEqualTo("line\nmore\n");
        assertThat(again.headers().firstValue("ETag"))
                .isEqualTo(first.headers().firstValue("ETag"));
    }

    @Test
    void deletionsCopiesMovesAndDirectoriesAreMadeOnce() {
        put(repo + "/pfs/f", "x");
        String copy = repo + "/copy?from=f&to=g";
        String move = repo + "/move?from=f&to=h";
        for (int i = 0; i < 2; i++) {
            assertThat(post(copy, "", KEY, "c").statusCode()).isEqualTo(201);
            assertThat(post(move, "", KEY, "m").statusCode()).isEqualTo(201);
            assertThat(put(repo + "/pfs/d/", "", KEY, "d").statusCode()).isEqualTo(201);
            assertThat(delete(repo + "/pfs/g", KEY, "x").statusCode()).isEqualTo(204);
        }
        assertThat(get(repo + "/pfs/").body()).isEqualTo("d/\nh\n");
    }

    @Test
    void aCommitIsMadeOnceAlsoWhenThereIsMoreToCommitMeanwhile() {
        put(repo + "/pfs/f", "one");
        HttpResponse<String> first = post(repo + "/commit?message=m", "", KEY, "k1");
        put(repo + "/pfs/f", "two");
        HttpResponse<String> again = post(repo + "/commit?message=m", "", KEY, "k1");
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(get(repo + "/commits").body().lines()).hasSize(1);
        assertThat(post(repo + "/commit?message=n", "", KEY, "k1").statusCode()).isEqualTo(422);
    }

    @Test
    void aCommitOfNothingStaysOne() {
        put(repo + "/pfs/f", "one");
        post(repo + "/commit", "");
        assertThat(post(repo + "/commit", "", KEY, "k1").statusCode()).isEqualTo(200);
        put(repo + "/pfs/f", "two");
        assertThat(post(repo + "/commit", "", KEY, "k1").statusCode()).isEqualTo(200);
        assertThat(get(repo + "/commits").body().lines()).hasSize(1);
    }

    @Test
    void aMergeIsMadeOnceAndAConflictMayBeTriedAgain() {
        put(repo + "/pfs/f", "one");
        post(repo + "/commit", "");
        post(repo + "/branches/b?commit=master", "");
        put(repo + "/pfs/f?branch=b", "b");
        post(repo + "/commit?branch=b", "");
        put(repo + "/pfs/f", "a");
        post(repo + "/commit", "");
        String merge = repo + "/merge?from=b&into=master";
        assertThat(post(merge, "", KEY, "k1").statusCode()).isEqualTo(409);
        put(repo + "/pfs/f?branch=b", "one");
        post(repo + "/commit?branch=b", "");
        HttpResponse<String> done = post(merge, "", KEY, "k1");
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(post(merge, "", KEY, "k1").body()).isEqualTo(done.body());
    }

    @Test
    void whoSendsTheSameAtOnceIsAnsweredTheSame() throws Exception {
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(pool.submit(() -> post(repo + "/pfs/f", "one", KEY, "same")));
            }
            for (Future<HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).isEqualTo(201);
            }
        }
    }

    @Test
    void reposHaveKeysOfTheirOwnAndBadOnesAreRefused() {
        assertThat(put(repo + "/pfs/f", "one", KEY, "k").statusCode()).isEqualTo(201);
        assertThat(put("/pfs/idempotency", "one", KEY, "k").statusCode()).isEqualTo(201);
        assertThat(put(repo + "/pfs/g", "x", KEY, " ").statusCode()).isEqualTo(400);
        assertThat(put(repo + "/pfs/g", "x", KEY, "k".repeat(256)).statusCode()).isEqualTo(400);
    }
}
