package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import pfs.error.PfsException;
import pfs.tree.FileEntry;

/** The metadata are written, and the answer does not come. */
class LostAnswerTest {
    private final MemoryStore store = new MemoryStore();

    @BeforeEach
    void commitOnce() {
        put("a");
        commit();
        put("b");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void put(String path) {
        FileEntry file = store.file(path);
        store.repo().put("master", path, file, Precondition.NONE);
    }

    private Committed commit() {
        return store.repo().commit("master", new CommitRequest("m", "a", Map.of(), null));
    }

    private Commit head() {
        return store.repo().head("master").orElseThrow();
    }

    @Test
    void aCommitThatWasMadeIsAnsweredAndShown() {
        store.meta().loseAnswer(0);
        Committed made = commit();
        assertThat(made.created()).isTrue();
        assertThat(head().id()).isEqualTo(made.commit().id());
        put("c");
        Commit next = commit().commit();
        assertThat(next.parents()).containsExactly(made.commit().id());
        store.restart();
        assertThat(head().id()).isEqualTo(next.id());
        assertThat(store.repo().snapshot("master").find("b")).isPresent();
    }

    @Test
    void oneWhoseFateCannotBeReadIsFoundByTheNext() {
        Commit before = head();
        store.meta().loseAnswer(1);
        assertThatThrownBy(this::commit).isInstanceOf(PfsException.class);
        assertThat(head().id()).isEqualTo(before.id());
        put("c");
        Commit next = commit().commit();
        Commit lost = store.repo().resolve("master~1", "master");
        assertThat(lost.parents()).containsExactly(before.id());
        assertThat(next.number()).isEqualTo(before.number() + 2);
        assertThat(store.repo().snapshot(lost).find("b")).isPresent();
        assertThat(store.repo().snapshot(lost).find("c")).isEmpty();
        store.kill();
        assertThat(head().id()).isEqualTo(next.id());
    }

    @Test
    void oneThatWasNotMadeIsRefusedAndMadeAgain() {
        Commit before = head();
        store.meta().fail(1);
        assertThatThrownBy(this::commit).isInstanceOf(PfsException.class);
        assertThat(head().id()).isEqualTo(before.id());
        assertThat(commit().commit().parents()).containsExactly(before.id());
    }
}
