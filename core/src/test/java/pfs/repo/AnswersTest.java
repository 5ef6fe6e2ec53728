package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.MemoryMetaStore;
import pfs.object.ObjectId;

class AnswersTest {
    private static ObjectId id(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ObjectId.of(bytes, 0, bytes.length);
    }

    private static Once once(String key) {
        return new Once(id(key), id("request"));
    }

    private static CommitRequest message(String text) {
        return new CommitRequest(text, "tester", Map.of(), null);
    }

    @Test
    void anAnswerSurvivesAKillAndARestartOfEveryKind() {
        try (MemoryStore store = new MemoryStore()) {
            Written first = put(store, "k1");
            Committed commit = commit(store);
            for (Runnable start :
                    new Runnable[] {store::kill, store::restartWithoutIndex, store::restart}) {
                start.run();
                Written again = put(store, "k1");
                assertThat(again).isEqualTo(first);
                assertThat(commit(store).commit().id()).isEqualTo(commit.commit().id());
            }
        }
    }

    private static Written put(MemoryStore store, String key) {
        return store.repo()
                .once(once(key))
                .put("master", "f", store.file("one"), new Precondition.Create());
    }

    private static Committed commit(MemoryStore store) {
        store.repo().put("master", "g", store.file("more"), new Precondition.None());
        return store.repo().once(once("c")).commit("master", message("m"));
    }

    @Test
    void anAnswerRunsOutAfterADay() {
        AtomicLong now = new AtomicLong(1);
        MemoryMetaStore meta = new MemoryMetaStore(InstantSource.fixed(Instant.EPOCH));
        Answers answers = new Answers(meta, now::get, 10);
        answers.journaled(new Answer(once("k"), 1, true, null, null));
        now.addAndGet(TimeUnit.HOURS.toNanos(24) - 1);
        assertThat(answers.find(once("k").key())).isNotNull();
        answers.persist();
        assertThat(new Answers(meta, now::get, 10).find(once("k").key())).isNotNull();
        now.incrementAndGet();
        assertThat(answers.find(once("k").key())).isNull();
        answers.persist();
        assertThat(meta.scan(RefKeys.ANSWERS, RefKeys.ANSWERS, 10)).isEmpty();
    }

    @Test
    void theOldestGoWhenThereAreTooMany() {
        MemoryMetaStore meta = new MemoryMetaStore(InstantSource.fixed(Instant.EPOCH));
        Answers answers = new Answers(meta, () -> 1000, 3);
        for (int i = 0; i < 5; i++) {
            answers.journaled(new Answer(once("k" + i), i, true, null, null));
            answers.persist();
        }
        assertThat(answers.find(once("k1").key())).isNull();
        assertThat(answers.find(once("k2").key())).isNotNull();
        answers.persist();
        assertThat(meta.scan(RefKeys.ANSWERS, RefKeys.ANSWERS, 10)).hasSize(3);
    }

    @Test
    void anotherRequestIsRefusedAndARefusalIsNotKept() {
        try (MemoryStore store = new MemoryStore()) {
            put(store, "k");
            assertThatThrownBy(() -> put(store, "k2"))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.EXISTS));
            store.repo().delete("master", "f", false, new Precondition.None());
            assertThat(put(store, "k2").created()).isTrue();
            assertThatThrownBy(
                            () ->
                                    store.repo()
                                            .once(once("k"))
                                            .put(
                                                    "master",
                                                    "f",
                                                    store.file("two"),
                                                    new Precondition.None()))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_REUSED));
        }
    }
}
