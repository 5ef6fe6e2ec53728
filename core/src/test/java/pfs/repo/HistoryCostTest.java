package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import pfs.tree.FileEntry;
import pfs.tree.TreeMerge;

/**
 * What history costs in a large repo. Times are printed; what is asserted leaves room for a machine
 * that is busy with other things.
 */
class HistoryCostTest {
    private static final int FILES = 100_000;
    private static final int COMMITS = 6_000;
    private static final long MILLI = 1_000_000;

    private final MemoryStore store = new MemoryStore();
    private final Repo repo = store.repo();
    private final AtomicInteger number = new AtomicInteger();

    private FileEntry file() {
        return store.file("text " + number.incrementAndGet());
    }

    private Commit commit(String branch) {
        store.tick();
        return repo.commit(branch, new CommitRequest("m", "a", Map.of(), null)).commit();
    }

    private static void report(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s: median %.2f ms, worst %.2f ms%n",
                what, nanos[nanos.length / 2] / 1e6, nanos[nanos.length - 1] / 1e6);
        assertThat(nanos[nanos.length / 2]).as(what).isLessThan(500 * MILLI);
    }

    @Test
    void changesInALargeRepoCostWhatTheyChange() {
        try (Repo.Unpacking unpacking = repo.unpack("master", "")) {
            FileEntry same = file();
            for (int i = 0; i < FILES; i++) {
                unpacking.file("d" + i % 2 + "/f" + i, same);
            }
            unpacking.finish();
        }
        commit("master");
        int rounds = 15;
        long[] commits = new long[rounds];
        long[] diffs = new long[rounds];
        long[] merges = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            Commit before = repo.head("master").orElseThrow();
            String side = "side" + round;
            repo.createBranch(side, before);
            put("master", 10, 0, round);
            long start = System.nanoTime();
            Commit after = commit("master");
            commits[round] = System.nanoTime() - start;
            start = System.nanoTime();
            assertThat(count(repo.diff(repo.snapshot(before), repo.snapshot(after), "")))
                    .isEqualTo(10);
            diffs[round] = System.nanoTime() - start;
            put(side, 100, 1, round);
            Commit theirs = commit(side);
            start = System.nanoTime();
            Merged merged =
                    repo.history()
                            .merge(
                                    "master",
                                    theirs,
                                    new CommitRequest("m", "a", Map.of(), null),
                                    _ -> TreeMerge.Choice.NONE);
            merges[round] = System.nanoTime() - start;
            assertThat(merged).isInstanceOf(Merged.Done.class);
        }
        report("commit of 10 changes among " + FILES, commits);
        report("diff of 10 changes among " + FILES, diffs);
        report("merge of 100 changes among " + FILES, merges);
        store.close();
    }

    private void put(String branch, int count, int directory, int round) {
        for (int i = 0; i < count; i++) {
            int n = (i * 1_994 + round * 26) % FILES / 2 * 2 + directory;
            repo.put(branch, "d" + directory + "/f" + n, file(), Precondition.NONE);
        }
    }

    private static int count(Iterator<?> all) {
        int count = 0;
        while (all.hasNext()) {
            all.next();
            count++;
        }
        return count;
    }

    @Test
    void aLongHistoryIsSoughtNotWalked() {
        List<String> rare = new ArrayList<>();
        for (int i = 0; i < COMMITS; i++) {
            boolean touch = i % (COMMITS / 3) == 100;
            repo.put("master", touch ? "rare/x" : "d/f" + i % 500, file(), Precondition.NONE);
            Commit made = commit("master");
            if (touch) {
                rare.add(0, made.id().toString());
            }
        }
        Commit head = repo.head("master").orElseThrow();
        repo.createBranch("side", repo.resolve("master~" + COMMITS / 2, "master"));
        repo.put("side", "s", file(), Precondition.NONE);
        Commit side = commit("side");
        int rounds = 9;
        long[] logs = new long[rounds];
        long[] bases = new long[rounds];
        long[] steps = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            long start = System.nanoTime();
            List<String> found = new ArrayList<>();
            repo.log(head, "rare/x").forEachRemaining(c -> found.add(c.id().toString()));
            logs[round] = System.nanoTime() - start;
            assertThat(found).isEqualTo(rare);
            start = System.nanoTime();
            assertThat(repo.history().mergeBases(head, side)).hasSize(1);
            bases[round] = System.nanoTime() - start;
            start = System.nanoTime();
            repo.resolve("master~" + COMMITS / 3, "master");
            steps[round] = System.nanoTime() - start;
        }
        report("log of a path changed thrice in " + COMMITS + " commits", logs);
        report("merge base across " + COMMITS / 2 + " commits", bases);
        report("~" + COMMITS / 3, steps);
        store.close();
    }
}
