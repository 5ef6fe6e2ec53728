package pfs.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import pfs.disk.Disk;
import pfs.disk.LocalDisk;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.meta.rocksdb.RocksMetaStore;
import pfs.object.SpillingIdSet;
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
 * scratch/    what garbage collection has marked, while it runs and it does not fit into memory
 * </pre>
 */
public final class EmbeddedStore implements AutoCloseable {
    /** Ids of needed objects, 64 MiB at most; when there are more they go to the disk. */
    private static final long MARKS_IN_MEMORY = 1 << 19;

    private static final String FORMAT = "pfs 1";

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
        return open(directory, clock, settings, true);
    }

    /** As {@link #open}, but the index is made again from the packs. */
    public static EmbeddedStore openWithoutIndex(
            Path directory, InstantSource clock, Settings settings) throws IOException {
        return open(directory, clock, settings, false);
    }

    private static EmbeddedStore open(
            Path directory, InstantSource clock, Settings settings, boolean trustIndex)
            throws IOException {
        LocalDisk disk = new LocalDisk(directory);
        Disk.Lock lock = DataDirectory.take(disk, directory, FORMAT);
        boolean opened = false;
        try {
            disk.makeDirectories("database");
            EmbeddedDatabase database = EmbeddedDatabase.open(directory.resolve("database"));
            LocalPackStore packs = new LocalPackStore(disk, "packs");
            RocksPackIndex index = new RocksPackIndex(database);
            if (!trustIndex) {
                index.clear();
            }
            Journal journal = Journal.open(packs, index);
            Path scratch = directory.resolve("scratch");
            Repos repos =
                    Repos.open(
                            journal,
                            new RocksMetaStore(database, clock),
                            clock,
                            settings,
                            () -> new SpillingIdSet(MARKS_IN_MEMORY, () -> new DiskIdSet(scratch)));
            opened = true;
            return new EmbeddedStore(lock, packs, database, journal, repos);
        } finally {
            if (!opened) {
                lock.close();
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
