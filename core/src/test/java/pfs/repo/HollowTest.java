package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectSource;
import pfs.sync.LocalPeer;
import pfs.sync.MoveAnswer;
import pfs.sync.Pull;
import pfs.sync.Push;
import pfs.sync.Ref;
import pfs.tree.FileEntry;

/** Commits whose files were dropped, on their way to stores that have never had them. */
class HollowTest {
    private static final Collector.Settings NOW =
            new Collector.Settings(Duration.ZERO, Duration.ZERO, 0.01);
    private static final int MADE = 12;
    private static final int KEPT = 4;

    private final MemoryStore store = new MemoryStore(64 << 10);
    private final MemoryStore other = new MemoryStore(64 << 10);
    private final List<Commit> made = new ArrayList<>();

    @AfterEach
    void close() {
        store.close();
        other.close();
    }

    private static byte[] bytes(int number) {
        byte[] bytes = new byte[5_000];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private void commit(int count) {
        Repo repo = store.repo();
        for (int i = 0; i < count; i++) {
            store.tick();
            int number = made.size();
            repo.put("master", "d/f", store.entry(bytes(number)), Precondition.NONE);
            repo.put("master", "d/g" + number, store.entry(bytes(100 + number)), Precondition.NONE);
            CommitRequest request = new CommitRequest("c" + number, "a", Map.of(), null);
            made.add(repo.commit("master", request).commit());
        }
    }

    /** A history of which only the newest commits have files, and one in the middle by its tag. */
    private void drop() throws IOException {
        commit(MADE);
        store.repo().createTag("kept", made.get(2));
        store.repo().history().setRetention("master", Retention.parse(KEPT + " commits"));
        store.repos().collector().collect(NOW);
        assertThat(store.repo().history().hollow(made.get(3))).isTrue();
    }

    private static boolean isWhole(int i) {
        return i <= 2 || i >= MADE - KEPT;
    }

    private static void push(MemoryStore from, MemoryStore to, Repo into) throws IOException {
        new Push(from.repos(), from.repo(), new LocalPeer(to.repos(), into))
                .run(null, Arrivals.Mode.FAST_FORWARD);
    }

    private void verifyCopy(MemoryStore copy, Repo repo) throws IOException {
        List<Commit> log = new ArrayList<>();
        repo.log(repo.head("master").orElseThrow(), null).forEachRemaining(log::add);
        assertThat(log.reversed()).isEqualTo(made);
        for (int i = 0; i < MADE; i++) {
            Commit commit = made.get(i);
            assertThat(repo.history().hollow(commit)).as("commit %d", i).isEqualTo(!isWhole(i));
            if (isWhole(i)) {
                assertThat(read(copy, repo, i)).isEqualTo(bytes(i));
            } else {
                assertThatThrownBy(() -> repo.snapshot(commit)).hasMessageContaining("dropped");
            }
        }
        assertThat(check(copy).damages()).isZero();
    }

    private byte[] read(MemoryStore copy, Repo repo, int i) {
        return copy.bytes((FileEntry) repo.snapshot(made.get(i)).find("d/f").orElseThrow());
    }

    private static Checked check(MemoryStore store) throws IOException {
        return store.repos().collector().check(new FsckSettings(false, 10), ObjectSource.NONE);
    }

    @Test
    void aStoreThatLacksThemIsPushedWhatCameAfterThem() throws IOException {
        drop();
        push(store, other, other.repo());
        verifyCopy(other, other.repo());
        other.repos().collector().collect(NOW);
        other.restartWithoutIndex();
        verifyCopy(other, other.repo());
        commit(1);
        push(store, other, other.repo());
        assertThat(read(other, other.repo(), MADE)).isEqualTo(bytes(MADE));
    }

    @Test
    void aStoreThatLacksThemPullsWhatCameAfterThem() throws IOException {
        drop();
        new Pull(other.repos(), other.repo(), new LocalPeer(store.repos(), store.repo()))
                .run(null, "", Arrivals.Mode.MIRROR);
        verifyCopy(other, other.repo());
    }

    @Test
    void noBranchAndNoTagIsSetToOne() throws IOException {
        drop();
        push(store, other, other.repo());
        other.repos().create("second");
        Repo second = other.repos().find("second").orElseThrow();
        for (Ref.Kind kind : Ref.Kind.values()) {
            Ref ref = new Ref(kind, "old", made.get(4).id());
            List<ObjectId> behind = made.subList(0, 5).stream().map(Commit::id).toList();
            assertThatThrownBy(
                            () ->
                                    new LocalPeer(other.repos(), second)
                                            .move(List.of(ref), behind, Arrivals.Mode.FORCE))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.IMPOSSIBLE));
            assertThat(second.branches("", 10)).doesNotContain("old");
        }
    }

    /** Whoever may write to one repo must not have another one's files dropped. */
    @Test
    void whoSaysThatFilesWereDroppedTakesThemFromNobody() throws IOException {
        commit(MADE);
        push(store, other, other.repo());
        other.repos().create("second");
        Repo second = other.repos().find("second").orElseThrow();
        List<ObjectId> all = made.stream().map(Commit::id).toList();
        Ref ref = new Ref(Ref.Kind.BRANCH, "master", all.getLast());
        MoveAnswer answer =
                new LocalPeer(other.repos(), second).move(List.of(ref), all, Arrivals.Mode.FORCE);
        assertThat(answer).isInstanceOf(MoveAnswer.Done.class);
        other.repos().collector().collect(NOW);
        for (Repo repo : List.of(other.repo(), second)) {
            for (int i = 0; i < MADE; i++) {
                assertThat(read(other, repo, i)).isEqualTo(bytes(i));
            }
        }
    }

    /** They were dropped by the rule of one repo, and come to another with all their files. */
    @Test
    void whatComesWithItsFilesIsHollowNoMore() throws IOException {
        commit(MADE);
        push(store, other, other.repo());
        other.repo().history().setRetention("master", Retention.parse(KEPT + " commits"));
        other.repos().collector().collect(NOW);
        assertThat(other.repo().history().hollow(made.get(3))).isTrue();
        other.repos().create("second");
        Repo second = other.repos().find("second").orElseThrow();
        push(store, other, second);
        for (int collected = 0; collected < 2; collected++) {
            for (int i = 0; i < MADE; i++) {
                assertThat(read(other, second, i)).as("commit %d", i).isEqualTo(bytes(i));
            }
            other.repos().collector().collect(NOW);
        }
        assertThat(check(other).damages()).isZero();
    }
}
