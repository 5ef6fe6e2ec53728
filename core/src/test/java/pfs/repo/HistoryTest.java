package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.TreeMerge;

class HistoryTest {
    private static final Function<String, TreeMerge.Choice> NONE = _ -> TreeMerge.Choice.NONE;

    private final MemoryStore store = new MemoryStore();
    private final Repo repo = store.repo();
    private final History history = repo.history();

    @AfterEach
    void close() {
        store.close();
    }

    private static CommitRequest request(String message) {
        return new CommitRequest(message, "tester", Map.of(), null);
    }

    private Commit commit(String branch, String... pathsAndTexts) {
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            put(branch, pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        store.tick();
        return repo.commit(branch, request("commit")).commit();
    }

    private void put(String branch, String path, String text) {
        if (text.isEmpty()) {
            repo.delete(branch, path, false, Precondition.NONE);
        } else {
            repo.put(branch, path, store.file(text), Precondition.NONE);
        }
    }

    private String show(Snapshot snapshot) {
        List<String> files = new ArrayList<>();
        snapshot.list("", "", true)
                .forEachRemaining(
                        e -> {
                            if (e.entry() instanceof pfs.tree.FileEntry file) {
                                files.add(e.path() + "=" + store.text(file));
                            }
                        });
        return String.join(" ", files);
    }

    private Merged merge(String into, Commit from) {
        return history.merge(into, from, request("merge"), NONE);
    }

    @Test
    void aBranchWithoutCommitsOfItsOwnIsMovedForward() {
        Commit first = commit("master", "a", "1");
        repo.createBranch("b", first);
        Commit second = commit("b", "a", "2");
        assertThat(merge("master", second)).isEqualTo(new Merged.Done(second, true));
        assertThat(merge("master", first)).isEqualTo(new Merged.Done(second, false));
        assertThat(repo.head("master")).contains(second);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=2");
    }

    @Test
    void changesOfBothSidesAreInTheMerge() {
        repo.createBranch("b", commit("master", "a", "1", "d/x", "1", "d/y", "1"));
        Commit theirs = commit("b", "d/x", "2", "n", "2");
        Commit ours = commit("master", "d/y", "", "a", "3");
        Merged.Done done = (Merged.Done) merge("master", theirs);
        assertThat(done.created()).isTrue();
        assertThat(done.commit().parents()).containsExactly(ours.id(), theirs.id());
        assertThat(done.commit().merges()).isEqualTo(1);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=3 d/x=2 n=2");
        assertThat(repo.status("master")).isExhausted();
    }

    @Test
    void conflictsAreNamedAndChangeNothingUntilChosen() {
        repo.createBranch("b", commit("master", "a", "1", "x", "1", "y", "1"));
        Commit theirs = commit("b", "a", "2", "x", "2", "y", "");
        Commit ours = commit("master", "a", "3", "x", "3", "y", "3");
        assertThat(merge("master", theirs)).isEqualTo(new Merged.Conflicts(List.of("a", "x", "y")));
        assertThat(repo.head("master")).contains(ours);
        assertThat(
                        history.merge(
                                "master",
                                theirs,
                                request("m"),
                                path ->
                                        path.equals("a")
                                                ? TreeMerge.Choice.OURS
                                                : TreeMerge.Choice.NONE))
                .isEqualTo(new Merged.Conflicts(List.of("x", "y")));
        Merged done =
                history.merge(
                        "master",
                        theirs,
                        request("m"),
                        path -> path.equals("a") ? TreeMerge.Choice.OURS : TreeMerge.Choice.THEIRS);
        assertThat(done).isInstanceOf(Merged.Done.class);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=3 x=2");
    }

    @Test
    void uncommittedChangesStayOrAreInTheWay() {
        repo.createBranch("b", commit("master", "a", "1", "u", "1"));
        Commit theirs = commit("b", "a", "2");
        put("master", "u", "5");
        merge("master", theirs);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=2 u=5");
        assertThat(repo.status("master"))
                .toIterable()
                .extracting(Difference::path)
                .containsExactly("u");
        Commit more = commit("b", "u", "7");
        assertThatThrownBy(() -> merge("master", more))
                .isInstanceOfSatisfying(
                        PfsException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MERGE_CONFLICT));
        assertThat(repo.head("master")).contains(theirs);
    }

    @Test
    void aRevertTakesBackAndACherryPickDoesAgain() {
        commit("master", "a", "1");
        Commit change = commit("master", "a", "2", "b", "2");
        commit("master", "c", "3");
        Merged.Done reverted = (Merged.Done) history.revert("master", change, request(""), NONE);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=1 c=3");
        assertThat(reverted.commit().message())
                .contains("Revert \"commit\"", change.id().toString());
        history.cherryPick("master", change, request(""), NONE);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=2 b=2 c=3");
        commit("master", "a", "9");
        assertThat(history.revert("master", change, request(""), NONE))
                .isEqualTo(new Merged.Conflicts(List.of("a")));
    }

    @Test
    void aProtectedBranchTakesMergesOnly() {
        Commit first = commit("master", "a", "1");
        repo.createBranch("b", first);
        Commit change = commit("b", "a", "2");
        history.setMergeOnly("master", true);
        assertThatThrownBy(() -> put("master", "x", "1")).hasMessageContaining("merges only");
        assertThatThrownBy(() -> repo.commit("master", request("c")))
                .hasMessageContaining("merges only");
        assertThatThrownBy(() -> repo.moveBranch("master", first, null))
                .hasMessageContaining("merges only");
        assertThat(merge("master", change)).isInstanceOf(Merged.Done.class);
        store.restart();
        assertThat(store.repo().history().mergeOnly("master")).isTrue();
        store.repo().history().setMergeOnly("master", false);
        store.repo().put("master", "x", store.file("1"), Precondition.NONE);
    }

    @Test
    void renamesOfFilesAndDirectoriesAreFound() {
        Commit first = commit("master", "a", "one", "d/x", "two", "d/y", "three", "e/s/z", "four");
        repo.move("master", "a", "b");
        repo.move("master", "d", "moved");
        repo.move("master", "e", "f");
        put("master", "f/n", "new");
        Commit second = commit("master", "moved/y", "changed");
        assertThat(renames(first, second))
                .containsExactly(
                        "R a b", "D d/y", "A f/n", "R e/s/z f/s/z", "R d/x moved/x", "A moved/y");
        assertThat(renames(second, second)).isEmpty();
    }

    private List<String> renames(Commit from, Commit to) {
        List<String> lines = new ArrayList<>();
        history.renames(repo.snapshot(from), repo.snapshot(to), "")
                .forEachRemaining(
                        d ->
                                lines.add(
                                        d.type().letter()
                                                + (d.oldPath() == null ? "" : " " + d.oldPath())
                                                + " "
                                                + d.path()));
        lines.sort(java.util.Comparator.comparing(l -> l.substring(l.lastIndexOf(' '))));
        return lines;
    }

    @Test
    void historiesThatCrossAreMergedAgainstAMergedBase() {
        Commit root = commit("master", "a", "1", "b", "1");
        repo.createBranch("b", root);
        Commit left = commit("master", "a", "2");
        Commit right = commit("b", "b", "2");
        merge("master", right);
        history.merge("b", left, request("m"), NONE);
        Commit one = commit("master", "a", "3");
        Commit other = commit("b", "b", "3");
        assertThat(history.mergeBases(one, other))
                .extracting(Commit::id)
                .containsExactlyInAnyOrder(left.id(), right.id());
        assertThat(merge("master", other)).isInstanceOf(Merged.Done.class);
        assertThat(show(repo.snapshot("master"))).isEqualTo("a=3 b=3");
    }

    @Test
    void manyWhoMergeAtOnceAllGetIn() throws InterruptedException {
        Commit first = commit("master", "a", "1");
        int clients = 20;
        int each = 10;
        List<Commit> changes = new ArrayList<>();
        for (int i = 0; i < clients * each; i++) {
            repo.createBranch("b" + i, first);
            changes.add(commit("b" + i, "f" + i, "" + i));
        }
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int c = 0; c < clients; c++) {
            int client = c;
            threads.add(
                    Thread.startVirtualThread(
                            () -> {
                                try {
                                    for (int i = 0; i < each; i++) {
                                        Merged done =
                                                merge("master", changes.get(client * each + i));
                                        assertThat(done).isInstanceOf(Merged.Done.class);
                                    }
                                } catch (Throwable e) {
                                    failures.add(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(repo.snapshot("master").root().files()).isEqualTo(1 + clients * each);
        assertThat(repo.log(repo.head("master").orElseThrow(), null))
                .toIterable()
                .hasSize(1 + 2 * clients * each - 1);
    }

    @Test
    void aLogOfAPathIsWhatItIsWithoutSets() {
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < 300; i++) {
            String path = random.nextInt(40) == 0 ? "rare/x" : "f" + random.nextInt(9);
            commit("master", path, "" + i, "d/g" + i % 3, "" + i);
        }
        Commit head = repo.head("master").orElseThrow();
        for (String path : List.of("rare/x", "rare", "f1", "d", "none", "d/g1")) {
            List<Commit> expected = new ArrayList<>();
            repo.log(head, null)
                    .forEachRemaining(
                            c -> {
                                Snapshot before =
                                        c.parents().isEmpty()
                                                ? null
                                                : repo.snapshot(
                                                        repo.resolve(
                                                                c.parents().getFirst().toString(),
                                                                "master"));
                                boolean there = repo.snapshot(c).find(path).isPresent();
                                boolean changed =
                                        before == null
                                                ? there
                                                : !before.find(path)
                                                        .equals(repo.snapshot(c).find(path));
                                if (changed) {
                                    expected.add(c);
                                }
                            });
            assertThat(repo.log(head, path)).toIterable().as(path).isEqualTo(expected);
        }
    }
}
