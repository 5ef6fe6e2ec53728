package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

class RepoTest {
    private final MemoryStore store = new MemoryStore();

    @AfterEach
    void close() {
        store.close();
    }

    private Repo repo() {
        return store.repo();
    }

    private void put(String path, String text) {
        repo().put("master", path, store.file(text), Precondition.NONE);
    }

    private String read(Snapshot snapshot, String path) {
        return snapshot.find(path)
                .map(e -> e instanceof FileEntry f ? store.text(f) : "directory")
                .orElse("missing");
    }

    private String read(String path) {
        return read(repo().snapshot("master"), path);
    }

    private Committed commit(String message) {
        store.tick();
        return repo().commit("master", new CommitRequest(message, "me", Map.of(), null));
    }

    private List<String> list(String directory, boolean recursive) {
        List<String> paths = new ArrayList<>();
        Iterator<PathEntry> entries = repo().snapshot("master").list(directory, "", recursive);
        entries.forEachRemaining(
                e -> paths.add(e.entry() instanceof DirectoryEntry ? e.path() + "/" : e.path()));
        return paths;
    }

    private List<String> status() {
        List<String> lines = new ArrayList<>();
        repo().status("master")
                .forEachRemaining(d -> lines.add(d.type().letter() + " " + d.path()));
        return lines;
    }

    private static AbstractThrowableAssert<?, ?> refused(ErrorCode code, ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void whatWasPutIsReadAtOnceAndAfterEveryKindOfRestart() {
        put("a/b", "one");
        put("c", "two");
        assertThat(read("a/b")).isEqualTo("one");
        store.kill();
        assertThat(read("a/b")).isEqualTo("one");
        store.restart();
        assertThat(read("c")).isEqualTo("two");
        store.restartWithoutIndex();
        assertThat(list("", true)).containsExactly("a/b", "c");
        assertThat(read("c")).isEqualTo("two");
    }

    @Test
    void aCommitKeepsItsFilesWhateverComesLater() {
        put("f", "1");
        Commit first = commit("first").commit();
        put("f", "2");
        Commit second = commit("second").commit();
        repo().delete("master", "f", false, Precondition.NONE);
        assertThat(read("f")).isEqualTo("missing");
        assertThat(read(repo().snapshot(first), "f")).isEqualTo("1");
        store.kill();
        assertThat(read(repo().snapshot(repo().resolve("2", "master")), "f")).isEqualTo("2");
        assertThat(repo().resolve("master~1", "master")).isEqualTo(first);
        assertThat(repo().resolve(second.id().toString().substring(0, 7), "x")).isEqualTo(second);
        assertThat(read("f")).isEqualTo("missing");
        assertThat(status()).containsExactly("D f");
    }

    @Test
    void writingWhatIsThereAlreadyIsNoChange() {
        refused(ErrorCode.NOTHING_TO_COMMIT, () -> commit("nothing"));
        put("f", "1");
        assertThat(commit("first").created()).isTrue();
        put("f", "1");
        assertThat(status()).isEmpty();
        assertThat(commit("again").created()).isFalse();
        put("f", "2");
        put("f", "1");
        assertThat(commit("and again").created()).isFalse();
    }

    @Test
    void whatIsDeletedAndWrittenAgainAsItWasIsNoChange() {
        put("d/f", "1");
        put("g", "1");
        Commit first = commit("first").commit();
        store.tick();
        repo().delete("master", "d", true, Precondition.NONE);
        put("d/f", "1");
        assertThat(status()).isEmpty();
        Committed again = commit("again");
        assertThat(again.created()).isFalse();
        assertThat(again.commit()).isEqualTo(first);
        repo().moveBranch("master", first, null);
        put("d/f", "2");
        assertThat(commit("second").created()).isTrue();
    }

    @Test
    void createAndPreconditionsAreHonoured() {
        FileEntry one = store.file("1");
        repo().put("master", "f", one, new Precondition.Create());
        refused(
                ErrorCode.EXISTS,
                () -> repo().put("master", "f", store.file("2"), new Precondition.Create()));
        refused(
                ErrorCode.PRECONDITION_FAILED,
                () -> repo().put("master", "f", store.file("2"), new Precondition.Absent()));
        refused(
                ErrorCode.PRECONDITION_FAILED,
                () ->
                        repo().put(
                                        "master",
                                        "f",
                                        store.file("2"),
                                        new Precondition.Matches(
                                                Set.of(store.file("x").content().id()))));
        Precondition right = new Precondition.Matches(Set.of(one.content().id()));
        assertThat(repo().put("master", "f", store.file("2"), right).created()).isFalse();
        assertThat(read("f")).isEqualTo("2");
    }

    @Test
    void filesAndDirectoriesDoNotShareAName() {
        put("a", "file");
        refused(ErrorCode.NOT_A_DIRECTORY, () -> put("a/b", "x"));
        put("d/e/f", "x");
        refused(ErrorCode.IS_A_DIRECTORY, () -> put("d/e", "x"));
        commit("c");
        refused(ErrorCode.NOT_A_DIRECTORY, () -> put("a/b", "x"));
        refused(ErrorCode.IS_A_DIRECTORY, () -> put("d", "x"));
        repo().delete("master", "d/e/f", false, Precondition.NONE);
        put("d", "now a file");
        assertThat(list("", true)).containsExactly("a", "d");
    }

    @Test
    void directoriesGoWithTheirLastFileUnlessTheyAreExplicit() {
        put("d/e/f", "x");
        assertThat(repo().makeDirectory("master", "m")).isTrue();
        assertThat(repo().makeDirectory("master", "m")).isFalse();
        repo().delete("master", "d/e/f", false, Precondition.NONE);
        assertThat(list("", false)).containsExactly("m/");
        commit("c");
        assertThat(list("", true)).containsExactly("m/");
        refused(ErrorCode.NOT_EMPTY, () -> repo().delete("master", "m", false, Precondition.NONE));
        repo().delete("master", "m", true, Precondition.NONE);
        assertThat(list("", false)).isEmpty();
        refused(
                ErrorCode.NO_SUCH_PATH,
                () -> repo().delete("master", "m", true, Precondition.NONE));
    }

    @Test
    void aDirectoryThatWasMadeExplicitStaysSo() {
        put("d/f", "x");
        put("d/e/f", "x");
        commit("c");
        repo().makeDirectory("master", "d/e");
        assertThat(
                        ((DirectoryEntry) repo().snapshot("master").find("d/e").orElseThrow())
                                .explicit())
                .isTrue();
        store.restart();
        assertThat(
                        ((DirectoryEntry) repo().snapshot("master").find("d/e").orElseThrow())
                                .explicit())
                .isTrue();
        assertThat(commit("explicit").created()).isTrue();
    }

    @Test
    void aDirectoryIsDeletedAndFilledAgainInOneGo() {
        put("d/a", "1");
        put("d/b", "2");
        commit("c");
        put("d/c", "3");
        repo().delete("master", "d", true, Precondition.NONE);
        assertThat(read("d/a")).isEqualTo("missing");
        put("d/z", "4");
        assertThat(read("d/z")).isEqualTo("4");
        assertThat(list("d", false)).containsExactly("d/z");
        repo().makeDirectory("master", "d");
        assertThat(list("d", false)).containsExactly("d/z");
        store.kill();
        assertThat(list("d", false)).containsExactly("d/z");
        assertThat(status()).containsExactly("D d/a", "D d/b", "A d/z");
    }

    @Test
    void copiesAndMovesTakeFilesAndDirectories() {
        put("d/a", "1");
        put("d/s/b", "2");
        Commit old = commit("c").commit();
        put("d/a", "changed");
        repo().copy("master", "d", null, "e");
        repo().copy("master", "d", old, "old");
        repo().move("master", "d/s", "t/u");
        assertThat(list("", true))
                .containsExactly("d/a", "e/a", "e/s/b", "old/a", "old/s/b", "t/u/b");
        assertThat(read("e/a")).isEqualTo("changed");
        assertThat(read("old/a")).isEqualTo("1");
        refused(ErrorCode.EXISTS, () -> repo().copy("master", "d", null, "e"));
        refused(ErrorCode.NO_SUCH_PATH, () -> repo().copy("master", "nothing", null, "x"));
        refused(ErrorCode.IMPOSSIBLE, () -> repo().move("master", "d", "d/inside"));
        store.kill();
        assertThat(list("", true))
                .containsExactly("d/a", "e/a", "e/s/b", "old/a", "old/s/b", "t/u/b");
    }

    @Test
    void anUnpackedTreeAppearsWholeAndKeepsWhatItDoesNotName() {
        put("d/keep", "1");
        put("d/change", "2");
        try (Repo.Unpacking unpacking = repo().unpack("master", "d")) {
            unpacking.file("new/x", store.file("3"));
            unpacking.file("change", store.file("4"));
            unpacking.directory("empty");
            assertThat(list("", true)).containsExactly("d/change", "d/keep");
            unpacking.finish();
        }
        assertThat(list("", true)).containsExactly("d/change", "d/empty/", "d/keep", "d/new/x");
        assertThat(read("d/change")).isEqualTo("4");
        try (Repo.Unpacking unpacking = repo().unpack("master", "fresh")) {
            unpacking.file("f", store.file("5"));
            unpacking.finish();
        }
        store.kill();
        assertThat(read("fresh/f")).isEqualTo("5");
        assertThat(list("d", true)).containsExactly("d/change", "d/empty/", "d/keep", "d/new/x");
    }

    @Test
    void aResetDropsAllOrOnePath() {
        put("a", "1");
        put("d/b", "2");
        commit("c");
        put("a", "x");
        put("d/b", "y");
        put("d/c", "z");
        repo().reset("master", "d");
        assertThat(status()).containsExactly("M a");
        assertThat(read("d/b")).isEqualTo("2");
        repo().delete("master", "d", true, Precondition.NONE);
        repo().reset("master", null);
        assertThat(status()).isEmpty();
        assertThat(list("", true)).containsExactly("a", "d/b");
        put("new", "n");
        repo().reset("master", "new");
        assertThat(status()).isEmpty();
        refused(ErrorCode.NO_SUCH_PATH, () -> repo().reset("master", "nothing"));
    }

    @Test
    void anAppendGoesOnWhereTheFileEnds() {
        FileEntry tail = store.file("tail");
        assertThat(
                        repo().append("master", "log", tail.content(), tail, Precondition.NONE)
                                .created())
                .isTrue();
        repo().append("master", "log", tail.content(), tail, Precondition.NONE);
        assertThat(read("log")).isEqualTo("tailtail");
        assertThat(((FileEntry) repo().snapshot("master").find("log").orElseThrow()).content())
                .isEqualTo(store.file("tailtail").content());
    }

    @Test
    void branchesAreMadeMovedAndDeleted() {
        put("f", "1");
        Commit first = commit("1").commit();
        put("f", "2");
        Commit second = commit("2").commit();
        repo().createBranch("dev", first);
        refused(ErrorCode.EXISTS, () -> repo().createBranch("dev", first));
        assertThat(repo().branches("", 10)).containsExactly("dev", "master");
        assertThat(read(repo().snapshot("dev"), "f")).isEqualTo("1");
        repo().put("dev", "g", store.file("dev"), Precondition.NONE);
        refused(ErrorCode.NOT_EMPTY, () -> repo().moveBranch("dev", second, null));
        assertThat(read("g")).isEqualTo("missing");
        repo().reset("dev", null);
        refused(ErrorCode.PRECONDITION_FAILED, () -> repo().moveBranch("dev", second, second.id()));
        repo().moveBranch("dev", second, first.id());
        assertThat(read(repo().snapshot("dev"), "f")).isEqualTo("2");
        repo().put("dev", "g", store.file("lost"), Precondition.NONE);
        repo().deleteBranch("dev");
        refused(ErrorCode.NO_SUCH_REF, () -> repo().snapshot("dev"));
        repo().createBranch("dev", first);
        store.kill();
        assertThat(read(repo().snapshot("dev"), "g")).isEqualTo("missing");
        assertThat(read(repo().snapshot("dev"), "f")).isEqualTo("1");
    }

    @Test
    void tagsNeverMove() {
        put("f", "1");
        Commit first = commit("1").commit();
        repo().createTag("v1", first);
        refused(ErrorCode.EXISTS, () -> repo().createTag("v1", first));
        assertThat(repo().resolve("v1", "master")).isEqualTo(first);
        assertThat(repo().tags("", 10)).containsExactly("v1");
        repo().deleteTag("v1");
        refused(ErrorCode.NO_SUCH_REF, () -> repo().tag("v1"));
    }

    @Test
    void everyKindOfRefExpressionFindsItsCommit() {
        List<Commit> commits = new ArrayList<>();
        List<String> times = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            put("f", "version " + i);
            commits.add(commit("c" + i).commit());
            times.add(store.now().toString());
        }
        for (int i = 0; i < 200; i += 7) {
            assertThat(repo().resolve(Integer.toString(i + 1), "master")).isEqualTo(commits.get(i));
            assertThat(repo().resolve("master~" + (199 - i), "master")).isEqualTo(commits.get(i));
            assertThat(repo().resolve("master@{" + times.get(i) + "}", "x"))
                    .isEqualTo(commits.get(i));
            assertThat(repo().resolve("200@{" + times.get(i) + "}", "master"))
                    .isEqualTo(commits.get(i));
            assertThat(repo().resolve(commits.get(i).id().toString(), "x"))
                    .isEqualTo(commits.get(i));
        }
        assertThat(repo().resolve("master~~3~", "master")).isEqualTo(commits.get(194));
        for (String wrong : List.of("201", "0", "master~200", "none", "abcdefa", "~1", "")) {
            refused(ErrorCode.NO_SUCH_REF, () -> repo().resolve(wrong, "master"));
        }
        for (String wrong : List.of("master~x", "master@{", "master@{yesterday}")) {
            refused(ErrorCode.INVALID_REQUEST, () -> repo().resolve(wrong, "master"));
        }
        List<String> log = new ArrayList<>();
        repo().log(commits.getLast(), null).forEachRemaining(c -> log.add(c.message()));
        assertThat(log).hasSize(200).startsWith("c199", "c198").endsWith("c0");
    }

    @Test
    void reposAreApart() {
        assertThat(store.repos().create("sales")).isTrue();
        assertThat(store.repos().create("sales")).isFalse();
        Repo sales = store.repos().find("sales").orElseThrow();
        sales.put("master", "f", store.file("1"), Precondition.NONE);
        Commit commit =
                sales.commit("master", new CommitRequest("m", "me", Map.of(), null)).commit();
        assertThat(read("f")).isEqualTo("missing");
        refused(ErrorCode.NO_SUCH_REF, () -> repo().resolve(commit.id().toString(), "master"));
        assertThat(store.repos().list("", 10)).containsExactly("default", "sales");
        assertThat(store.repos().delete("sales")).isTrue();
        assertThat(store.repos().find("sales")).isEmpty();
        store.repos().create("sales");
        store.kill();
        Repo again = store.repos().find("sales").orElseThrow();
        assertThat(read(again.snapshot("master"), "f")).isEqualTo("missing");
    }
}
