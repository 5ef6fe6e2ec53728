package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

class CollectorTest {
    private static final Collector.Settings NOW =
            new Collector.Settings(Duration.ZERO, Duration.ZERO, 0.08);

    private static CommitRequest message(String text) {
        return new CommitRequest(text, "tester", Map.of(), null);
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void put(Repo repo, String branch, String path, FileEntry file) {
        repo.put(branch, path, file, new Precondition.None());
    }

    @Test
    void whatNothingReachesIsFreedAndTheRestStays() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            Repo repo = store.repo();
            for (int i = 0; i < 20; i++) {
                put(repo, "master", "kept/" + i, store.entry(random(i, 10_000)));
            }
            Commit kept = repo.commit("master", message("kept")).commit();
            repo.createBranch("b", kept);
            for (int i = 0; i < 100; i++) {
                put(repo, "b", "gone/" + i, store.entry(random(1000 + i, 10_000)));
            }
            Commit gone = repo.commit("b", message("gone")).commit();
            put(repo, "master", "uncommitted", store.file("uncommitted"));
            repo.deleteBranch("b");
            Collected collected = store.repos().collector().collect(NOW);
            assertThat(collected.deadObjects()).isGreaterThan(100);
            assertThat(store.packBytes()).isLessThan(20 * 10_000 * 11 / 10 + 10_000);
            for (int start = 0; start < 3; start++) {
                check(store, kept);
                assertThatThrownBy(() -> store.repo().resolve(gone.id().toString(), "master"))
                        .isInstanceOf(PfsException.class);
                if (start == 0) {
                    store.restart();
                } else {
                    store.restartWithoutIndex();
                }
            }
        }
    }

    private static void check(MemoryStore store, Commit kept) {
        Repo repo = store.repo();
        for (int i = 0; i < 20; i++) {
            FileEntry file =
                    (FileEntry)
                            repo.snapshot(repo.resolve(kept.id().toString(), "master"))
                                    .find("kept/" + i)
                                    .orElseThrow();
            assertThat(store.bytes(file)).isEqualTo(random(i, 10_000));
        }
        FileEntry edit = (FileEntry) repo.snapshot("master").find("uncommitted").orElseThrow();
        assertThat(store.text(edit)).isEqualTo("uncommitted");
    }

    @Test
    void whatWasFreedCanBeStoredAgain() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            byte[] bytes = random(1, 50_000);
            Repo repo = store.repo();
            put(repo, "master", "f", store.entry(bytes));
            repo.delete("master", "f", false, new Precondition.None());
            store.repos().collector().collect(NOW);
            put(repo, "master", "f", store.entry(bytes));
            store.kill();
            FileEntry file = (FileEntry) store.repo().snapshot("master").find("f").orElseThrow();
            assertThat(store.bytes(file)).isEqualTo(bytes);
        }
    }

    @Test
    void anUploadThatBeganBeforeIsWaitedForAndOneThatBeganMeanwhileIsKept() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            Lease lease = store.repos().lease();
            FileEntry early = store.entry(random(1, 50_000));
            assertThatThrownBy(() -> store.repos().collector().collect(NOW))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
            put(store.repo(), "master", "f", early);
            lease.close();
            // This one relies, while marking goes on, on what nothing names yet.
            FileEntry[] late = new FileEntry[1];
            FileEntry orphan = store.entry(random(2, 50_000));
            store.repos()
                    .collector()
                    .keep(
                            _ ->
                                    late[0] =
                                            late[0] == null
                                                    ? store.entry(random(2, 50_000))
                                                    : late[0]);
            store.repos().collector().collect(NOW);
            assertThat(late[0].content()).isEqualTo(orphan.content());
            put(store.repo(), "master", "late", late[0]);
            store.restartWithoutIndex();
            Snapshot now = store.repo().snapshot("master");
            assertThat(store.bytes((FileEntry) now.find("f").orElseThrow()))
                    .isEqualTo(random(1, 50_000));
            assertThat(store.bytes((FileEntry) now.find("late").orElseThrow()))
                    .isEqualTo(random(2, 50_000));
        }
    }

    @Test
    void aFileWithTheBytesOfATreeDoesNotHideTheTree() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            Repo repo = store.repo();
            put(repo, "master", "d/f", store.entry(random(1, 5_000)));
            Commit commit = repo.commit("master", message("one")).commit();
            ObjectId tree = commit.root().tree();
            byte[] node = store.journal().read(tree, ObjectKind.TREE);
            put(repo, "master", "a", store.entry(node));
            repo.commit("master", message("two"));
            store.repos().collector().collect(NOW);
            store.restartWithoutIndex();
            FileEntry file = (FileEntry) store.repo().snapshot("master").find("d/f").orElseThrow();
            assertThat(store.bytes(file)).isEqualTo(random(1, 5_000));
        }
    }

    @Test
    void whoIsReadingWhatNothingNamesAnyMoreReadsOnWhileItIsInTheTrash() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            Repo repo = store.repo();
            for (int i = 0; i < 300; i++) {
                put(repo, "master", "d" + i % 7 + "/f" + i, store.entry(random(i, 1_000)));
            }
            // Persisted, so that the trees of what is read next are a collection's to free.
            store.restart();
            Snapshot old = store.repo().snapshot("master");
            Iterator<PathEntry> listing = old.list("", "", true);
            FileEntry first = (FileEntry) listing.next().entry();
            for (int i = 0; i < 7; i++) {
                store.repo().delete("master", "d" + i, true, new Precondition.None());
            }
            Collector collector = store.repos().collector();
            Collected collected = collector.collect(NOW.withTrash(Duration.ofSeconds(1)));
            assertThat(collected.deadObjects()).isGreaterThan(300);
            assertThat(store.bytes(first)).hasSize(1_000);
            int files = 1;
            while (listing.hasNext()) {
                if (listing.next().entry() instanceof FileEntry file) {
                    assertThat(store.bytes(file)).hasSize(1_000);
                    files++;
                }
            }
            assertThat(files).isEqualTo(300);
            store.tick();
            assertThat(collector.emptyTrash()).isGreaterThan(300_000);
        }
    }

    @Test
    void trashIsKeptForAsLongAsIsAsked() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            put(store.repo(), "master", "f", store.entry(random(1, 200_000)));
            store.repo().delete("master", "f", false, new Precondition.None());
            Collector collector = store.repos().collector();
            Collected first = collector.collect(NOW.withTrash(Duration.ofSeconds(1)));
            assertThat(first.deletedBytes()).isZero();
            assertThat(first.trashBytes()).isGreaterThan(200_000);
            store.restart();
            assertThat(store.packBytes()).isGreaterThan(200_000);
            store.tick();
            assertThat(store.repos().collector().emptyTrash()).isGreaterThan(200_000);
            assertThat(store.packBytes()).isLessThan(20_000);
        }
    }

    @Test
    void nothingIsFreedWhenSomethingThatIsNeededIsDamaged() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            put(store.repo(), "master", "d/f", store.entry(random(1, 5_000)));
            Commit commit = store.repo().commit("master", message("one")).commit();
            store.restart();
            store.flip(commit.root().tree());
            long before = store.packBytes();
            assertThatThrownBy(() -> store.repos().collector().collect(NOW))
                    .isInstanceOfSatisfying(
                            PfsException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT));
            assertThat(store.packBytes()).isGreaterThanOrEqualTo(before);
        }
    }

    @Test
    void writersThatStoreWhatIsBeingFreedLoseNothing() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            stress(seed);
        }
    }

    /** Few contents, so that what one branch drops another stores again, all the while. */
    private static void stress(long seed) throws Exception {
        try (MemoryStore store = new MemoryStore(32 << 10);
                ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicBoolean stop = new AtomicBoolean();
            List<Future<Map<String, Integer>>> writers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                int writer = w;
                writers.add(pool.submit(() -> write(store, seed * 10 + writer, writer)));
            }
            Future<Integer> collections =
                    pool.submit(
                            () -> {
                                int n = 0;
                                Duration patience = Duration.ofSeconds(20);
                                while (!stop.get()) {
                                    store.repos()
                                            .collector()
                                            .collect(
                                                    new Collector.Settings(
                                                            Duration.ZERO, patience, 0.08));
                                    n++;
                                }
                                return n;
                            });
            List<Map<String, Integer>> wanted = new ArrayList<>();
            for (Future<Map<String, Integer>> writer : writers) {
                wanted.add(writer.get());
            }
            stop.set(true);
            assertThat(collections.get()).as("collections of seed %s", seed).isPositive();
            for (int start = 0; start < 2; start++) {
                for (int w = 0; w < 4; w++) {
                    verify(store, "w" + w, wanted.get(w), seed);
                }
                store.restartWithoutIndex();
            }
        }
    }

    private static Map<String, Integer> write(MemoryStore store, long seed, int writer) {
        Random random = new Random(seed);
        Repo repo = store.repo();
        String branch = "w" + writer;
        Map<String, Integer> files = new HashMap<>();
        put(repo, "master", "seed" + writer, store.file("x" + writer));
        repo.createBranch(branch, repo.commit("master", message("m")).commit());
        for (int i = 0; i < 150; i++) {
            String path = "d" + random.nextInt(3) + "/f" + random.nextInt(10);
            int content = random.nextInt(12);
            try (Lease _ = store.repos().lease()) {
                put(repo, branch, path, store.entry(random(content, 3_000 + content)));
            }
            files.put(path, content);
            switch (random.nextInt(8)) {
                case 0 -> repo.commit(branch, message("c" + i));
                case 1 -> {
                    repo.delete(branch, path, false, new Precondition.None());
                    files.remove(path);
                }
                case 2 -> {
                    Commit at = repo.commit(branch, message("b" + i)).commit();
                    repo.createBranch(branch + "-" + i, at);
                    try (Lease _ = store.repos().lease()) {
                        put(repo, branch + "-" + i, "extra", store.file("extra" + i));
                    }
                    repo.commit(branch + "-" + i, message("x"));
                    repo.deleteBranch(branch + "-" + i);
                }
                case 3 -> {
                    // There is no trash here that a reader could rely on.
                    try (Lease _ = store.repos().lease()) {
                        repo.snapshot(branch).root();
                    }
                }
                default -> {}
            }
        }
        return files;
    }

    private static void verify(
            MemoryStore store, String branch, Map<String, Integer> wanted, long seed) {
        Snapshot now = store.repo().snapshot(branch);
        wanted.forEach(
                (path, content) -> {
                    FileEntry file = (FileEntry) now.find(path).orElseThrow();
                    assertThat(store.bytes(file))
                            .as("%s of %s, seed %s", path, branch, seed)
                            .isEqualTo(random(content, 3_000 + content));
                });
        store.repo()
                .log(store.repo().head(branch).orElseThrow(), null)
                .forEachRemaining(
                        commit ->
                                store.repo()
                                        .snapshot(commit)
                                        .list("", "", true)
                                        .forEachRemaining(
                                                entry -> {
                                                    if (entry.entry() instanceof FileEntry f) {
                                                        assertThat(
                                                                        new String(
                                                                                store.bytes(f),
                                                                                StandardCharsets
                                                                                        .ISO_8859_1))
                                                                .hasSize((int) f.content().size());
                                                    }
                                                }));
    }
}
