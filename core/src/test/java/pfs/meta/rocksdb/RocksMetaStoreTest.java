package pfs.meta.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.ClockedMetaStoreContract;
import pfs.meta.Key;
import pfs.meta.MetaStore;

class RocksMetaStoreTest extends ClockedMetaStoreContract {
    @TempDir Path directory;
    private EmbeddedDatabase database;

    @Override
    protected MetaStore store() throws Exception {
        database = EmbeddedDatabase.open(directory.resolve("db"));
        return new RocksMetaStore(database, clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void allIsThereAfterAnotherStart() throws Exception {
        MetaStore store = store();
        Key key = Key.of("a");
        store.commit(new Batch().put(key, Bytes.of("1")));
        long version = store.get(key).orElseThrow().version();
        MetaStore.Lease lease = store.lease(key, "me", 1000).orElseThrow();
        database.close();

        store = store();
        assertThat(store.get(key).orElseThrow())
                .isEqualTo(new MetaStore.Versioned(Bytes.of("1"), version));
        assertThat(store.lease(key, "you", 1000)).isEmpty();
        assertThat(store.lease(key, "me", 1000)).contains(lease);
        store.commit(new Batch().put(key, Bytes.of("2")));
        assertThat(store.get(key).orElseThrow().version()).isGreaterThan(version);
    }

    @Test
    void aClosedDatabaseRefusesInsteadOfCrashing() throws Exception {
        MetaStore store = store();
        database.close();
        database.close();
        assertThatThrownBy(() -> store.get(Key.of("a")))
                .isInstanceOfSatisfying(
                        PfsException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STOPPED));
    }

    @Test
    void opensFast() throws Exception {
        store().commit(new Batch().put(Key.of("a"), Bytes.of("1")));
        database.close();
        long start = System.nanoTime();
        store();
        long millis = (System.nanoTime() - start) / 1_000_000;
        System.out.println("the embedded database opened in " + millis + " ms");
        assertThat(millis).isLessThan(2_000);
    }

    /** One bit in each block of a table would be the same: a block has one checksum. */
    @Test
    void aFlippedBitOfATableIsFound() throws Exception {
        MetaStore store = store();
        for (int i = 0; i < 1000; i++) {
            store.commit(new Batch().put(Key.of("key" + i), Bytes.of("value" + i)));
        }
        database.close();
        store = store();
        assertThat(store.damage()).isEmpty();
        database.close();
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            Path table =
                    files.filter(file -> file.toString().endsWith(".sst"))
                            .findFirst()
                            .orElseThrow();
            byte[] bytes = Files.readAllBytes(table);
            bytes[bytes.length / 3] ^= 1;
            Files.write(table, bytes);
        }
        store = store();
        assertThat(store.damage()).hasValueSatisfying(why -> assertThat(why).contains("hecksum"));
    }
}
