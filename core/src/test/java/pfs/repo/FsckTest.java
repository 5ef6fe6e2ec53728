package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectSource;
import pfs.tree.FileEntry;

class FsckTest {
    private static final FsckSettings LOOK = new FsckSettings(false, 1000);
    private static final FsckSettings MEND = new FsckSettings(true, 1000);

    private static CommitRequest message(String text) {
        return new CommitRequest(text, "tester", Map.of(), null);
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Commit fill(MemoryStore store) {
        Repo repo = store.repo();
        for (int i = 0; i < 10; i++) {
            repo.put("master", "d/e/" + i, store.entry(random(i, 9_000)), new Precondition.None());
        }
        repo.put("master", "large", store.entry(random(77, 2_000_000)), new Precondition.None());
        Commit commit = repo.commit("master", message("one")).commit();
        repo.put("master", "d/new", store.entry(random(99, 500)), new Precondition.None());
        return commit;
    }

    private static Checked check(MemoryStore store, FsckSettings how, ObjectSource copy)
            throws IOException {
        return store.repos().collector().check(how, copy);
    }

    private static ObjectId content(MemoryStore store, String path) {
        return ((FileEntry) store.repo().snapshot("master").find(path).orElseThrow())
                .content()
                .id();
    }

    private static ObjectSource copyOf(MemoryStore store, ObjectId... ids) {
        Map<ObjectId, byte[]> kept = new HashMap<>();
        for (ObjectId id : ids) {
            kept.put(id, store.journal().read(id, ObjectKind.CHUNK));
        }
        return new ObjectSource() {
            @Override
            public Optional<byte[]> fetch(ObjectId id) {
                return Optional.ofNullable(kept.get(id));
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void aWholeStoreHasNoFindings() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            fill(store);
            Checked checked = check(store, LOOK, ObjectSource.NONE);
            assertThat(checked.findings()).isEmpty();
            assertThat(checked.whole()).isTrue();
            assertThat(checked.commits()).isEqualTo(1);
            assertThat(checked.objects()).isGreaterThan(15);
        }
    }

    @Test
    void damageIsNamedByFileAndCommitAndMendedFromACopy() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            Commit commit = fill(store);
            store.restart();
            ObjectId chunk = content(store, "d/e/3");
            ObjectId manifest = content(store, "large");
            ObjectId tree = commit.root().tree();
            ObjectSource copy = copyOf(store, chunk, manifest, tree);
            store.flip(chunk);
            store.flip(manifest);
            Checked found = check(store, LOOK, ObjectSource.NONE);
            assertThat(found.whole()).isFalse();
            assertThat(found.findings())
                    .anySatisfy(
                            f ->
                                    assertThat(f.where())
                                            .isEqualTo(
                                                    "repo default commit "
                                                            + commit.id()
                                                            + " file /d/e/3"))
                    .anySatisfy(f -> assertThat(f.where()).endsWith("file /large"))
                    .anySatisfy(f -> assertThat(f.where()).contains(".pack"));
            store.flip(tree);
            assertThat(check(store, MEND, copy).whole()).isTrue();
            store.restart();
            assertThat(store.bytes((FileEntry) find(store, "d/e/3"))).isEqualTo(random(3, 9_000));
            assertThat(store.bytes((FileEntry) find(store, "large")))
                    .isEqualTo(random(77, 2_000_000));
            assertThat(check(store, LOOK, ObjectSource.NONE).whole()).isTrue();
        }
    }

    private static pfs.tree.Entry find(MemoryStore store, String path) {
        return store.repo().snapshot("master").find(path).orElseThrow();
    }

    @Test
    void aFileThatNoCommitHasYetIsNamedByItsBranch() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            fill(store);
            store.restart();
            store.flip(content(store, "d/new"));
            assertThat(check(store, LOOK, ObjectSource.NONE).findings())
                    .anySatisfy(
                            f ->
                                    assertThat(f.where())
                                            .isEqualTo(
                                                    "repo default branch master, uncommitted file"
                                                            + " /d/new"));
        }
    }

    @Test
    void whatTheIndexHasForgottenIsIndexedAgain() throws IOException {
        try (MemoryStore store = new MemoryStore(64 << 10)) {
            fill(store);
            store.restart();
            ObjectId chunk = content(store, "d/e/3");
            store.forget(chunk);
            assertThat(check(store, LOOK, ObjectSource.NONE).findings())
                    .anySatisfy(f -> assertThat(f.what()).contains("is missing"));
            assertThat(check(store, MEND, ObjectSource.NONE).whole()).isTrue();
            assertThat(check(store, LOOK, ObjectSource.NONE).findings()).isEmpty();
            assertThat(store.bytes((FileEntry) find(store, "d/e/3"))).isEqualTo(random(3, 9_000));
        }
    }

    @Test
    void everyFlippedBitOfAPackIsFound() throws IOException {
        long seed = Long.getLong("pfs.seed", System.nanoTime());
        Random random = new Random(seed);
        try (MemoryStore store = new MemoryStore(200 << 10)) {
            fill(store);
            store.restart();
            for (int i = 0; i < 60; i++) {
                String flipped = store.flipAnywhere(random);
                assertThat(check(store, LOOK, ObjectSource.NONE).damages())
                        .as("bit %s, seed %s", flipped, seed)
                        .isPositive();
                store.flipBack();
            }
            assertThat(check(store, LOOK, ObjectSource.NONE).findings()).isEmpty();
        }
    }
}
