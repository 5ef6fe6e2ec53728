package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import pfs.tree.TreeMerge;

/** A log that begins behind one of its commits is the rest of the log. */
class LogTest {
    private static final int HISTORIES = 12;
    private static final int STEPS = 60;

    private final MemoryStore store = new MemoryStore();
    private Repo repo = store.repo();

    @AfterEach
    void close() {
        store.close();
    }

    private Commit commit(String branch, String path, String text) {
        repo.put(branch, path, store.file(text), Precondition.NONE);
        store.tick();
        return repo.commit(branch, request()).commit();
    }

    private static CommitRequest request() {
        return new CommitRequest("m", "a", Map.of(), null);
    }

    private static List<Commit> rest(Log log) {
        List<Commit> all = new ArrayList<>();
        log.forEachRemaining(all::add);
        return all;
    }

    private void grow(Random random) {
        commit("master", "f0", "first");
        List<String> branches = new ArrayList<>(List.of("master"));
        for (int i = 0; i < STEPS; i++) {
            String branch = branches.get(random.nextInt(branches.size()));
            String other = branches.get(random.nextInt(branches.size()));
            switch (random.nextInt(8)) {
                case 0 -> {
                    branches.add("b" + i);
                    repo.createBranch("b" + i, repo.head(branch).orElseThrow());
                }
                case 1, 2 ->
                        repo.history()
                                .merge(
                                        branch,
                                        repo.head(other).orElseThrow(),
                                        request(),
                                        _ -> TreeMerge.Choice.THEIRS);
                default -> commit(branch, "f" + random.nextInt(4), "text " + i);
            }
        }
    }

    @Test
    void aPageGoesOnWhereTheLastOneEnded() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            String name = "repo" + i;
            store.repos().create(name);
            repo = store.repos().find(name).orElseThrow();
            grow(random);
            Commit head = repo.head("master").orElseThrow();
            verify(seed, head, null);
            verify(seed, head, "f" + random.nextInt(4));
        }
    }

    private void verify(long seed, Commit head, @Nullable String path) {
        List<Commit> all = rest(repo.log(head, path));
        for (int i = 0; i < all.size(); i++) {
            List<Commit> tail = all.subList(i + 1, all.size());
            Commit last = all.get(i);
            assertThat(rest(repo.history().log(head, path, last)))
                    .as("seed %d", seed)
                    .isEqualTo(tail);
        }
        for (int i = 0; i + 1 < all.size(); i += 2) {
            Log log = repo.history().log(head, path, i == 0 ? null : all.get(i - 1));
            assertThat(log.next()).isEqualTo(all.get(i));
            assertThat(log.next()).isEqualTo(all.get(i + 1));
            log.pause();
            assertThat(rest(log)).as("seed %d", seed).isEqualTo(all.subList(i + 2, all.size()));
        }
    }

    @Test
    void aLogOfNothingIsEmpty() {
        assertThat(repo.history().log(null, null, null)).isExhausted();
    }
}
