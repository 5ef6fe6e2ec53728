package pfs.embedded;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import pfs.object.IdSet;
import pfs.object.IdSetContract;

class DiskIdSetTest extends IdSetContract {
    @TempDir private Path directory = Path.of("");

    @Override
    protected IdSet open() {
        return new DiskIdSet(directory.resolve("set"));
    }
}
