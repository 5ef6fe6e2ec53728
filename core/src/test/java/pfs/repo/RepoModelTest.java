package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;

/** Random operations against {@link RepoModel}, with stops and kills among them. */
class RepoModelTest {
    private static final int OPERATIONS = 5000;
    private static final String[] NAMES = {"a", "b", "c", "d", "a!", "é", "\uD83D\uDE00", "\uFFFD"};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 10897557596092L})
    void everyOperationDoesWhatTheModelDoes(long seed) {
        run(seed);
    }

    @Test
    void everyOperationDoesWhatTheModelDoesForAFreshSeed() {
        run(System.nanoTime());
    }

    private void run(long seed) {
        try (MemoryStore store = new MemoryStore(1 << 20)) {
            Run run = new Run(store, new Random(seed));
            for (int i = 0; i < OPERATIONS; i++) {
                try {
                    run.step();
                    if (i % 50 == 0) {
                        run.compareAll();
                    }
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ", operation " + i + ": " + run.last, e);
                }
            }
            run.compareAll();
        }
    }

    private static final class Run {
        private final MemoryStore store;
        private final Random random;
        private final RepoModel model = new RepoModel();
        private final Map<Commit, RepoModel> commits = new LinkedHashMap<>();
        private RepoModel head = new RepoModel();
        String last = "";

        Run(MemoryStore store, Random random) {
            this.store = store;
            this.random = random;
        }

        void step() {
            String path = path();
            String other = path();
            String text = "text " + random.nextInt(20);
            int kind = random.nextInt(100);
            last = kind + " " + path + " " + other + " " + text;
            if (kind < 40) {
                same(model.put(path, text), () -> put(path, text));
            } else if (kind < 58) {
                boolean recursive = random.nextBoolean();
                same(
                        model.delete(path, recursive),
                        () -> repo().delete("master", path, recursive, Precondition.NONE));
            } else if (kind < 63) {
                same(model.makeDirectory(path), () -> repo().makeDirectory("master", path));
            } else if (kind < 70) {
                same(
                        model.copy(model, path, other),
                        () -> repo().copy("master", path, null, other));
            } else if (kind < 77) {
                same(model.move(path, other), () -> repo().move("master", path, other));
            } else if (kind < 80) {
                copyFromCommit(path, other);
            } else if (kind < 84) {
                unpack(path);
            } else if (kind < 86) {
                repo().reset("master", null);
                model.become(head);
            } else if (kind < 93) {
                commit();
            } else if (kind < 96) {
                compareOne(path);
            } else if (kind < 98) {
                store.kill();
            } else if (kind < 99) {
                store.restart();
            } else {
                store.restartWithoutIndex();
            }
        }

        private Repo repo() {
            return store.repo();
        }

        private String path() {
            StringBuilder path = new StringBuilder(NAMES[random.nextInt(NAMES.length)]);
            while (random.nextInt(5) < 2) {
                path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
            }
            return path.toString();
        }

        private void put(String path, String text) {
            repo().put("master", path, store.file(text), Precondition.NONE);
        }

        private void same(ErrorCode expected, Runnable operation) {
            ErrorCode refused = null;
            try {
                operation.run();
            } catch (PfsException e) {
                refused = e.code();
            }
            assertThat(refused).as(last).isEqualTo(expected);
        }

        private void copyFromCommit(String path, String other) {
            if (commits.isEmpty()) {
                return;
            }
            List<Commit> all = new ArrayList<>(commits.keySet());
            Commit from = all.get(random.nextInt(all.size()));
            same(
                    model.copy(commits.get(from), path, other),
                    () -> repo().copy("master", path, from, other));
        }

        private void unpack(String directory) {
            RepoModel after = model.copy();
            if (after.put(directory + "/tar/x", "x") != null
                    || after.put(directory + "/y", "y") != null) {
                return;
            }
            try (Repo.Unpacking unpacking = repo().unpack("master", directory)) {
                unpacking.file("y", store.file("y"));
                unpacking.file("tar/x", store.file("x"));
                unpacking.finish();
            }
            model.become(after);
        }

        private void commit() {
            store.tick();
            try {
                Committed made =
                        repo().commit("master", new CommitRequest("m", "me", Map.of(), null));
                assertThat(made.created())
                        .as("explicit %s, in head %s", model.explicit, head.explicit)
                        .isEqualTo(
                                commits.isEmpty()
                                        || !head.listing().equals(model.listing())
                                        || !head.files.equals(model.files)
                                        || !head.explicit.equals(model.explicit));
                head = model.copy();
                commits.put(made.commit(), head);
            } catch (PfsException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.NOTHING_TO_COMMIT);
                assertThat(commits).isEmpty();
                assertThat(model.listing()).isEmpty();
            }
        }

        private void compareOne(String path) {
            Entry entry = repo().snapshot("master").find(path).orElse(null);
            String expected = model.files.get(path);
            if (expected != null) {
                assertThat(store.text((FileEntry) entry)).isEqualTo(expected);
            } else if (model.isDirectory(path)) {
                assertThat(entry).isInstanceOf(DirectoryEntry.class);
            } else {
                assertThat(entry).isNull();
            }
        }

        void compareAll() {
            compare(repo().snapshot("master"), model);
            List<Commit> all = new ArrayList<>(commits.keySet());
            if (!all.isEmpty()) {
                Commit any = all.get(random.nextInt(all.size()));
                compare(repo().snapshot(any), commits.get(any));
                assertThat(repo().resolve(Long.toString(any.number()), "master")).isEqualTo(any);
            }
        }

        private void compare(Snapshot snapshot, RepoModel expected) {
            List<String> listing = new ArrayList<>();
            snapshot.list("", "", true)
                    .forEachRemaining(
                            e -> {
                                if (e.entry() instanceof FileEntry file) {
                                    listing.add(e.path());
                                    assertThat(store.text(file))
                                            .isEqualTo(expected.files.get(e.path()));
                                } else {
                                    listing.add(e.path() + "/");
                                }
                            });
            assertThat(listing).isEqualTo(expected.listing());
            expected.directories()
                    .forEach(
                            directory ->
                                    assertThat(
                                                    ((DirectoryEntry)
                                                                    snapshot.find(directory)
                                                                            .orElseThrow())
                                                            .explicit())
                                            .as("%s explicit", directory)
                                            .isEqualTo(expected.explicit.contains(directory)));
            assertThat(snapshot.root().files()).isEqualTo(expected.files.size());
        }
    }
}
