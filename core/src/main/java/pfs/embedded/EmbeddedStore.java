package pfs.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import pfs.disk.Disk;
import pfs.disk.DiskFile;
import pfs.disk.LocalDisk;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.meta.rocksdb.RocksMetaStore;
import pfs.pack.LocalPackStore;
import pfs.pack.rocksdb.RocksPackIndex;
import pfs.repo.Repos;
import pfs.repo.Settings;

/**
 * A data directory, opened by this process alone:
 *
 * <pre>
 * format      "pfs 1": the version of the directory's layout
 * lock        held while a process works here; has its pid
 * packs/      NUMBER.pack, NUMBER.index
 * database/   refs and the index of the packs (RocksDB)
 * </pre>
 */
public final class EmbeddedStore implements AutoCloseable {
    private static final String FORMAT = "pfs 1\n";

    private final Disk.Lock lock;
    private final LocalPackStore packs;
    private final EmbeddedDatabase database;
    private final Journal journal;
    private final Repos repos;

    private EmbeddedStore(
            Disk.Lock lock,
            LocalPackStore packs,
            EmbeddedDatabase database,
            Journal journal,
            Repos repos) {
        this.lock = lock;
        this.packs = packs;
        this.database = database;
        this.journal = journal;
        this.repos = repos;
    }

    /**
     * Opens the directory, making it where it is missing, and recovers from however it was left.
     *
     * @throws PfsException BUSY if another process has it; CORRUPT for a layout of another version
     */
    public static EmbeddedStore open(Path directory, InstantSource clock, Settings settings)
            throws IOException {
        LocalDisk disk = new LocalDisk(directory);
        Disk.Lock lock = disk.lock("lock");
        boolean opened = false;
        try {
            verifyFormat(disk, directory);
            disk.makeDirectories("database");
            EmbeddedDatabase database = EmbeddedDatabase.open(directory.resolve("database"));
            LocalPackStore packs = new LocalPackStore(disk, "packs");
            Journal journal = Journal.open(packs, new RocksPackIndex(database));
            Repos repos = Repos.open(journal, new RocksMetaStore(database, clock), clock, settings);
            opened = true;
            return new EmbeddedStore(lock, packs, database, journal, repos);
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private static void verifyFormat(Disk disk, Path directory) throws IOException {
        byte[] expected = FORMAT.getBytes(StandardCharsets.UTF_8);
        if (disk.size("format") < 0) {
            try (DiskFile file = disk.open("format.new", Disk.Mode.WRITE)) {
                file.write(0, ByteBuffer.wrap(expected));
                file.sync();
            }
            disk.rename("format.new", "format");
            disk.syncDirectory("");
            return;
        }
        try (DiskFile file = disk.open("format", Disk.Mode.READ)) {
            ByteBuffer found = ByteBuffer.allocate(64);
            file.read(found, 0);
            String text = StandardCharsets.UTF_8.decode(found.flip()).toString();
            if (!text.equals(FORMAT)) {
                throw new PfsException(
                        ErrorCode.CORRUPT,
                        directory
                                + " has the format '"
                                + text.strip()
                                + "'; this pfs knows '"
                                + FORMAT.strip()
                                + "'");
            }
        }
    }

    public Repos repos() {
        return repos;
    }

    public Journal journal() {
        return journal;
    }

    @Override
    public void close() throws IOException {
        repos.close();
        journal.close();
        packs.close();
        database.close();
        lock.close();
    }
}
