package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectSource;
import pfs.sync.LocalPeer;
import pfs.sync.Push;
import pfs.tree.FileEntry;
import pfs.tree.TreeMerge;

class RetentionTest {
    private static final Collector.Settings NOW =
            new Collector.Settings(Duration.ZERO, Duration.ofMinutes(10), 0.01);
    private static final int BYTES = 20_000;

    private static CommitRequest message(String text) {
        return new CommitRequest(text, "tester", Map.of(), null);
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Commits that replace one file each time; a second apart. */
    private static List<Commit> commits(MemoryStore store, int count) {
        List<Commit> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            store.tick();
            Repo repo = store.repo();
            repo.put("master", "f", store.entry(random(i)), Precondition.NONE);
            made.add(repo.commit("master", message("c" + i)).commit());
        }
        return made;
    }

    private static void dropped(ThrowingCallable use) {
        assertThatThrownBy(use)
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_REF))
                .hasMessageContaining("were dropped");
    }

    private static byte[] bytes(MemoryStore store, Commit commit) {
        return store.bytes((FileEntry) store.repo().snapshot(commit).find("f").orElseThrow());
    }

    private static void keep(MemoryStore store, String branch, String rule) {
        store.repo().history().setRetention(branch, Retention.parse(rule));
    }

    @Test
    void rulesAreReadAndBadOnesRefused() {
        assertThat(Retention.parse("all")).isEmpty();
        assertThat(Retention.parse("30 days")).contains(new Retention.Days(30));
        assertThat(Retention.parse("1 commit")).contains(new Retention.Newest(1));
        assertThat(Retention.parse("100commits")).contains(new Retention.Newest(100));
        for (String bad : List.of("", "0 days", "-1 days", "30", "1000001 commits", "9 weeks")) {
            assertThatThrownBy(() -> Retention.parse(bad))
                    .isInstanceOf(PfsException.class)
                    .hasMessageContaining("30 days");
        }
    }

    @Test
    void filesOfOlderCommitsGoAndTheCommitsStay() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            List<Commit> made = commits(store, 30);
            long before = store.packBytes();
            keep(store, "master", "5 commits");
            store.repos().collector().collect(NOW);
            assertThat(store.packBytes()).isLessThan(before / 4).isLessThan(8 * BYTES);
            for (int start = 0; start < 2; start++) {
                verify(store, made, 25);
                store.restartWithoutIndex();
            }
            commits(store, 3);
            store.repos().collector().collect(NOW);
            verify(store, made, 28);
        }
    }

    /** What a history with files from {@code first} on can and cannot do. */
    private static void verify(MemoryStore store, List<Commit> made, int first) throws IOException {
        Repo repo = store.repo();
        List<Commit> log = new ArrayList<>();
        repo.log(repo.head("master").orElseThrow(), null).forEachRemaining(log::add);
        assertThat(log.reversed()).startsWith(made.toArray(Commit[]::new));
        for (int i = 0; i < made.size(); i++) {
            Commit commit = made.get(i);
            assertThat(repo.resolve(String.valueOf(i + 1), "master")).isEqualTo(commit);
            assertThat(repo.resolve(commit.id().toString(), "master")).isEqualTo(commit);
            assertThat(repo.history().hollow(commit)).as("commit %d", i).isEqualTo(i < first);
            if (i < first) {
                dropped(() -> repo.snapshot(commit));
                dropped(() -> repo.createTag("old", commit));
                dropped(() -> repo.createBranch("old", commit));
            } else {
                assertThat(bytes(store, commit)).isEqualTo(random(i));
            }
        }
        assertThat(repo.history().mergeBases(log.getFirst(), made.getFirst()))
                .containsExactly(made.getFirst());
        List<Commit> ofPath = new ArrayList<>();
        repo.log(log.getFirst(), "f").forEachRemaining(ofPath::add);
        assertThat(ofPath).isEqualTo(log.subList(0, log.size() - first));
        Checked checked = store.repos().collector().check(new FsckSettings(false, 10), NO_COPY);
        assertThat(checked.findings()).isEmpty();
    }

    private static final ObjectSource NO_COPY =
            new ObjectSource() {
                @Override
                public Optional<byte[]> fetch(pfs.object.ObjectId id) {
                    return Optional.empty();
                }

                @Override
                public void close() {}
            };

    @Test
    void tagsAndOtherBranchesKeepWhatTheyReach() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            List<Commit> made = commits(store, 12);
            store.repo().createTag("v1", made.get(2));
            keep(store, "master", "2 commits");
            store.repos().collector().collect(NOW);
            for (int i : new int[] {0, 1, 2, 10, 11}) {
                assertThat(bytes(store, made.get(i))).isEqualTo(random(i));
            }
            dropped(() -> store.repo().snapshot(made.get(3)));
            store.repo().createBranch("b", made.get(11));
            store.repo().createBranch("old", made.get(1));
            store.repo().deleteTag("v1");
            commits(store, 5);
            store.repos().collector().collect(NOW);
            assertThat(bytes(store, made.get(11))).isEqualTo(random(11));
            assertThat(bytes(store, made.get(1))).isEqualTo(random(1));
            // "b" reaches it, and has no rule
            assertThat(bytes(store, made.get(2))).isEqualTo(random(2));
            keep(store, "b", "1 commit");
            store.repos().collector().collect(NOW);
            dropped(() -> store.repo().snapshot(made.get(2)));
            assertThat(bytes(store, made.get(0))).isEqualTo(random(0));
        }
    }

    @Test
    void daysCountFromNow() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            List<Commit> made = commits(store, 6);
            keep(store, "master", "1 day");
            store.repos().collector().collect(NOW);
            assertThat(bytes(store, made.get(0))).isEqualTo(random(0));
            store.tick(Duration.ofDays(1).minusSeconds(3));
            store.repos().collector().collect(NOW);
            dropped(() -> store.repo().snapshot(made.get(1)));
            assertThat(bytes(store, made.get(4))).isEqualTo(random(4));
            store.tick(Duration.ofDays(30));
            store.repos().collector().collect(NOW);
            dropped(() -> store.repo().snapshot(made.get(4)));
            assertThat(bytes(store, made.get(5))).as("the head").isEqualTo(random(5));
        }
    }

    @Test
    void whatNeedsDroppedFilesIsRefusedAndTheRestWorks() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10);
                MemoryStore other = new MemoryStore(64 << 10)) {
            List<Commit> made = commits(store, 4);
            Repo repo = store.repo();
            push(store, other);
            repo.createBranch("side", made.get(1));
            repo.put("side", "g", store.file("g"), Precondition.NONE);
            Commit side = repo.commit("side", message("side")).commit();
            keep(store, "master", "1 commit");
            keep(store, "side", "1 commit");
            commits(store, 2);
            store.repos().collector().collect(NOW);
            dropped(
                    () ->
                            repo.history()
                                    .merge(
                                            "master",
                                            side,
                                            message("m"),
                                            _ -> TreeMerge.Choice.NONE));
            dropped(
                    () ->
                            repo.history()
                                    .revert(
                                            "master",
                                            repo.resolve("master", "master"),
                                            message("r"),
                                            _ -> TreeMerge.Choice.NONE));
            dropped(() -> repo.copy("master", "f", made.get(0), "copied"));
            // one commit lies between what the other store has and the head, without its files
            push(store, other);
            assertThat(other.repo().head("master")).isEqualTo(repo.head("master"));
            push(store, other, "side");
        }
    }

    private static void push(MemoryStore from, MemoryStore to) throws IOException {
        push(from, to, "master");
    }

    private static void push(MemoryStore from, MemoryStore to, String branch) throws IOException {
        new Push(from.repos(), from.repo(), new LocalPeer(to.repos(), to.repo()))
                .run(branch, Arrivals.Mode.FAST_FORWARD);
    }

    @Test
    void aRuleGoesWithItsBranch() {
        try (MemoryStore store = new MemoryStore()) {
            List<Commit> made = commits(store, 1);
            store.repo().createBranch("b", made.getFirst());
            keep(store, "b", "3 days");
            assertThat(store.repo().history().retention("b")).contains(new Retention.Days(3));
            store.restart();
            assertThat(store.repo().history().retention("b")).contains(new Retention.Days(3));
            store.repo().deleteBranch("b");
            store.repo().createBranch("b", made.getFirst());
            assertThat(store.repo().history().retention("b")).isEmpty();
            keep(store, "b", "3 days");
            keep(store, "b", "all");
            assertThat(store.repo().history().retention("b")).isEmpty();
        }
    }
}
