package pfs.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.chunk.ContentWriter;
import pfs.meta.Key;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.pack.MemoryPackStore;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Settings;
import pfs.tree.FileEntry;

class SharedHomeTest {
    private static final long CACHE = 16 << 20;
    private static final String TEXT = "the same in both";

    @TempDir private Path directory;

    private final Random random = new Random(1);

    /** What the servers of a cluster share. */
    private record Engines(MetaStore meta, MemoryPackStore packs) {
        static Engines make() {
            return new Engines(new MemoryMetaStore(InstantSource.system()), new MemoryPackStore());
        }
    }

    @Test
    void aDirectoryThatServedAnotherStoreForgetsWhatWasThere() throws IOException {
        Engines first = Engines.make();
        put(first, "here", TEXT);
        Engines second = Engines.make();
        // longer packs than the first's, so that what the index says of those could be
        put(second, "elsewhere", random.ints(5000).mapToObj(Integer::toString).toList().toString());
        put(second, "here", TEXT);
        assertThat(read(second)).isEqualTo(TEXT);
        assertThat(read(first)).isEqualTo(TEXT);
    }

    @Test
    void aDirectoryOfTheSameStoreKeepsItsCache() throws IOException {
        Engines engines = Engines.make();
        put(engines, "here", TEXT);
        try (SharedHome home = open(engines, "here")) {
            long cached = home.packs().cachedBytes();
            assertThat(cached).isPositive();
            try (SharedStore _ = lead(home, engines)) {
                assertThat(home.packs().cachedBytes()).isGreaterThanOrEqualTo(cached);
            }
        }
    }

    /** Who takes over from it finds only what it has written itself, however little that is. */
    @Test
    void whatWasTakenUpIsWrittenDownSoon() throws Exception {
        Engines engines = Engines.make();
        Key journal = Key.of("journal");
        try (SharedHome killed = open(engines, "killed");
                SharedHome home = open(engines, "next")) {
            SharedStore left = lead(killed, engines);
            put(left.repos(), TEXT);
            assertThat(engines.meta().get(journal)).isEmpty();
            try (SharedStore _ = lead(home, engines)) {
                for (int i = 0; i < 500 && engines.meta().get(journal).isEmpty(); i++) {
                    Thread.sleep(10);
                }
                assertThat(engines.meta().get(journal)).isPresent();
            }
            left.close();
        }
        assertThat(read(engines)).isEqualTo(TEXT);
    }

    private void put(Engines engines, String server, String text) throws IOException {
        try (SharedHome home = open(engines, server);
                SharedStore store = lead(home, engines)) {
            put(store.repos(), text);
        }
    }

    private static void put(Repos repos, String text) throws IOException {
        try (ContentWriter writer = repos.newContent()) {
            writer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            FileEntry file = new FileEntry(writer.finish(), false, 0, null, Map.of());
            repo(repos).put("master", "f", file, Precondition.NONE);
        }
    }

    private String read(Engines engines) throws IOException {
        StringBuilder text = new StringBuilder();
        try (SharedHome home = open(engines, "here");
                SharedStore store = lead(home, engines)) {
            FileEntry file =
                    (FileEntry) repo(store.repos()).snapshot("master").find("f").orElseThrow();
            store.repos()
                    .contents()
                    .read(
                            file.content(),
                            0,
                            file.content().size(),
                            piece -> text.append(StandardCharsets.UTF_8.decode(piece)));
        }
        return text.toString();
    }

    private static Repo repo(Repos repos) {
        return repos.find(Repos.DEFAULT_REPO).orElseThrow();
    }

    private SharedHome open(Engines engines, String name) throws IOException {
        return SharedHome.open(directory.resolve(name), engines.packs(), CACHE, random);
    }

    private static SharedStore lead(SharedHome home, Engines engines) throws IOException {
        MetaStore.Lease lease = engines.meta().lease(Key.of("leader"), "me", 60_000).orElseThrow();
        return home.lead(engines.meta(), lease, InstantSource.system(), Settings.standard());
    }
}
