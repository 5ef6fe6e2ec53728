package pfs.shared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import pfs.disk.Disk;
import pfs.disk.LocalDisk;
import pfs.embedded.DataDirectory;
import pfs.error.PfsException;
import pfs.journal.PlacedRecords;
import pfs.meta.MetaStore;
import pfs.meta.leader.LeasedMetaStore;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.object.ObjectId;
import pfs.object.StoredPart;
import pfs.pack.PackStore;
import pfs.pack.cache.CachedPackStore;
import pfs.pack.rocksdb.RocksPackIndex;
import pfs.repo.Settings;

/**
 * What one server of a cluster has on its own disk. All of it is a cache: the directory may be lost
 * at any time while no process works there.
 *
 * <pre>
 * format      "pfs shared 1"
 * lock        held while a process works here
 * database/   the index of the packs (RocksDB)
 * sweeps      how often packs had been swept when the index was right
 * store       the id of the store that all this is of: see {@link Pairing}
 * cache/      blocks of packs, up to a limit
 * scratch/    what garbage collection has marked
 * </pre>
 */
public final class SharedHome implements AutoCloseable {
    /** Bytes that are read of a pack at once. */
    private static final int BLOCK = 1 << 20;

    private static final String FORMAT = "pfs shared 1";
    private static final String SWEEPS = "sweeps";
    private static final String STORE = "store";

    private final Path directory;
    private final LocalDisk disk;
    private final Disk.Lock lock;
    private final EmbeddedDatabase database;
    private final HeardPackStore shared;
    private final CachedPackStore packs;
    private final PlacedRecords records;
    private final RandomGenerator random;

    private SharedHome(
            Path directory,
            LocalDisk disk,
            Disk.Lock lock,
            EmbeddedDatabase database,
            HeardPackStore shared,
            CachedPackStore packs,
            RandomGenerator random) {
        this.shared = shared;
        this.random = random;
        this.directory = directory;
        this.disk = disk;
        this.lock = lock;
        this.database = database;
        this.packs = packs;
        this.records = new PlacedRecords(packs);
    }

    /**
     * Opens the directory, made where it is missing.
     *
     * @param packs the store that all servers share; closed with this
     * @param cacheBytes of its packs that may be kept on the disk
     * @param random draws the id of a store that has none
     * @throws PfsException BUSY if another process has the directory; CORRUPT if it is a store's
     */
    public static SharedHome open(
            Path directory, PackStore packs, long cacheBytes, RandomGenerator random)
            throws IOException {
        LocalDisk disk = new LocalDisk(directory);
        Disk.Lock lock = DataDirectory.take(disk, directory, FORMAT);
        boolean opened = false;
        try {
            disk.makeDirectories("database");
            EmbeddedDatabase database = EmbeddedDatabase.open(directory.resolve("database"));
            HeardPackStore heard = new HeardPackStore(packs, System::nanoTime);
            CachedPackStore cached = new CachedPackStore(heard, disk, "cache", cacheBytes, BLOCK);
            opened = true;
            return new SharedHome(directory, disk, lock, database, heard, cached, random);
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /**
     * Refuses metadata that are known not to belong to the packs; changes nothing.
     *
     * @throws PfsException STOPPED if so; ENGINE_UNAVAILABLE
     */
    public void verify(MetaStore meta) throws IOException {
        Pairing.verify(meta, shared);
    }

    /**
     * Opens the store as the one server that may change it; whoever had it before is shut out.
     *
     * @param meta stays the caller's to close
     * @param lease held by this server
     * @throws IOException if another takes over at the same moment
     * @throws PfsException STOPPED if the metadata belong to other packs
     */
    public SharedStore lead(
            MetaStore meta, MetaStore.Lease lease, InstantSource clock, Settings settings)
            throws IOException {
        shared.refusePuts(false);
        forgetOthers(Pairing.agree(new LeasedMetaStore(meta, lease), shared, random));
        return SharedStore.open(this, meta, lease, clock, settings);
    }

    /** Forgets what is here of another store: packs of both have the same names. */
    private void forgetOthers(String store) throws IOException {
        if (!text(STORE).equals(store)) {
            new RocksPackIndex(database).clear();
            packs.forgetAll();
            DataDirectory.write(disk, STORE, store.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The bytes of an object that lies where the one that leads says, by the cache.
     *
     * @throws PfsException CORRUPT if it does not lie there
     * @throws IOException the store cannot be read, or the blob is gone
     */
    public byte[] read(ObjectId id, StoredPart part) throws IOException {
        return records.read(id, part);
    }

    /**
     * How long the shared store of packs has answered nothing to what this server asked of it; zero
     * if it owes no answer.
     */
    public Duration silence() {
        return shared.silence();
    }

    /** How long ago the shared store of packs answered last. */
    public Duration unheard() {
        return shared.unheard();
    }

    /** Asks the shared store of packs for something small, to hear from it. */
    public void ask() throws IOException {
        shared.size(Pairing.BLOB);
    }

    /**
     * Has puts fail, those to come and those under way, until {@link #lead} is called again. Who
     * has given the lease back must not shut out the next leader by an opening that goes on, and
     * those whose writes wait here can turn to that one. Reads go on.
     */
    public void leaveOff() {
        shared.refusePuts(true);
    }

    CachedPackStore packs() {
        return packs;
    }

    Path scratch() {
        return directory.resolve("scratch");
    }

    /** The index; emptied if packs were swept, by others, since it was right. */
    RocksPackIndex index(long sweeps) throws IOException {
        RocksPackIndex index = new RocksPackIndex(database);
        if (!text(SWEEPS).equals(Long.toString(sweeps))) {
            index.clear();
        }
        return index;
    }

    private String text(String file) throws IOException {
        return disk.size(file) < 0
                ? ""
                : new String(DataDirectory.read(disk, file), StandardCharsets.UTF_8);
    }

    /** The index is right after so many sweeps. */
    void indexedAfter(long sweeps) throws IOException {
        String text = Long.toString(sweeps);
        if (!text(SWEEPS).equals(text)) {
            DataDirectory.write(disk, SWEEPS, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void close() throws IOException {
        records.close();
        packs.close();
        database.close();
        lock.close();
    }
}
