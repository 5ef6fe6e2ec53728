package pfs.pack.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.pack.PackIndex;
import pfs.pack.PackIndexContract;

class RocksPackIndexTest extends PackIndexContract {
    @TempDir Path directory;
    private EmbeddedDatabase database;

    @Override
    protected PackIndex index() throws Exception {
        database = EmbeddedDatabase.open(directory.resolve("db"));
        return new RocksPackIndex(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void allIsThereAfterAnotherStart() throws Exception {
        index().put(List.of(entry("aa", 1, 7, 24)), new PackIndex.Position(7, 124));
        database.close();
        PackIndex index = index();
        assertThat(index.find(id("aa"))).isPresent();
        assertThat(index.position()).isEqualTo(new PackIndex.Position(7, 124));
    }
}
