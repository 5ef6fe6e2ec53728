package pfs.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.MemoryStore;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeMerge;

/** Makes random histories, and compares what two stores have. */
final class Histories {
    private final Random random;

    Histories(long seed) {
        this.random = new Random(seed);
    }

    /** A few changes, commits, branches, tags and merges. */
    void grow(MemoryStore store, int steps) {
        for (int i = 0; i < steps; i++) {
            step(store);
        }
    }

    private void step(MemoryStore store) {
        Repo repo = store.repo();
        List<String> branches = repo.branches("", 100);
        String branch = branches.get(random.nextInt(branches.size()));
        store.tick();
        try {
            switch (random.nextInt(10)) {
                case 0 -> repo.createBranch("b" + random.nextInt(5), repo.resolve(branch, branch));
                case 1 -> repo.createTag("t" + random.nextInt(1000), repo.resolve(branch, branch));
                case 2 ->
                        repo.history()
                                .merge(
                                        branch,
                                        repo.resolve(
                                                branches.get(random.nextInt(branches.size())),
                                                branch),
                                        request("merge"),
                                        _ -> TreeMerge.Choice.OURS);
                case 3 -> repo.move(branch, "d" + random.nextInt(3), "d" + random.nextInt(9));
                case 4 -> repo.delete(branch, path(), true, Precondition.NONE);
                default -> {
                    for (int n = random.nextInt(8); n >= 0; n--) {
                        put(store, branch);
                    }
                    repo.commit(branch, request("commit " + random.nextInt()));
                }
            }
            repo.commit(branch, request("more"));
        } catch (PfsException e) {
            assertThat(e.code())
                    .isIn(
                            ErrorCode.NO_SUCH_REF,
                            ErrorCode.NO_SUCH_PATH,
                            ErrorCode.EXISTS,
                            ErrorCode.NOTHING_TO_COMMIT,
                            ErrorCode.NOT_A_DIRECTORY,
                            ErrorCode.IS_A_DIRECTORY,
                            ErrorCode.INVALID_REQUEST,
                            ErrorCode.IMPOSSIBLE,
                            ErrorCode.MERGE_CONFLICT);
        }
    }

    private void put(MemoryStore store, String branch) {
        byte[] bytes = new byte[random.nextInt(20) == 0 ? 700_000 : random.nextInt(3_000)];
        random.nextBytes(bytes);
        try {
            store.repo().put(branch, path(), store.entry(bytes), Precondition.NONE);
        } catch (PfsException e) {
            assertThat(e.code()).isIn(ErrorCode.NOT_A_DIRECTORY, ErrorCode.IS_A_DIRECTORY);
        }
    }

    private String path() {
        String name = "f" + random.nextInt(400);
        return random.nextBoolean() ? "d" + random.nextInt(3) + "/" + name : name;
    }

    static CommitRequest request(String message) {
        return new CommitRequest(message, "test", Map.of(), null);
    }

    /** All refs; those of branches without a commit are left out. */
    static Map<String, ObjectId> refs(MemoryStore store) {
        Map<String, ObjectId> refs = new TreeMap<>();
        for (Ref ref : new LocalPeer(store.repos(), store.repo()).refs()) {
            @Nullable ObjectId id = ref.commit();
            if (id != null) {
                refs.put(ref.toString(), id);
            }
        }
        return refs;
    }

    /** Reads every byte of every commit that the refs reach. */
    static void readAll(MemoryStore store) {
        Repo repo = store.repo();
        Set<Content> known = new HashSet<>();
        for (ObjectId id : List.copyOf(refs(store).values())) {
            Iterator<Commit> log = repo.log(repo.resolve(id.toString(), "master"), null);
            while (log.hasNext()) {
                Commit commit = log.next();
                assertThat(repo.resolve(commit.id().toString(), "master")).isEqualTo(commit);
                readFiles(store, commit, known);
            }
        }
    }

    private static void readFiles(MemoryStore store, Commit commit, Set<Content> known) {
        Iterator<PathEntry> files = store.repo().snapshot(commit).list("", "", true);
        long count = 0;
        while (files.hasNext()) {
            if (files.next().entry() instanceof FileEntry file) {
                count++;
                if (known.add(file.content())) {
                    assertThat(store.text(file)).isNotNull();
                }
            }
        }
        assertThat(count).isEqualTo(commit.root().files());
    }
}
