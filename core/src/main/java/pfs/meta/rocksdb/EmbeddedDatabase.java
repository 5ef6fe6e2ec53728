package pfs.meta.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * One RocksDB in a directory, with a column family for the metadata and one for the index of packs.
 * Its memory is bounded: 32 MiB of blocks (indexes and filters among them) and 24 MiB of write
 * buffers. Thread-safe; calls after {@link #close} are refused with STOPPED.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);
    private static final long CACHE = 32L << 20;
    private static final long WRITE_BUFFER = 8L << 20;
    private static final long WRITE_BUFFERS = 24L << 20;
    private static final int OPEN_FILES = 256;

    /** Of a write buffer, for its Bloom filter. */
    private static final double MEMTABLE_FILTER = 0.05;

    /** What a column family holds. */
    public enum Family {
        META,
        INDEX
    }

    /** A call into the database. */
    public interface Call<T> {
        T on(RocksDB database, ColumnFamilyHandle family) throws RocksDBException;
    }

    private final RocksDB database;
    private final ColumnFamilyHandle meta;
    private final ColumnFamilyHandle index;

    /** Closed in this order, the database before what it was opened with. */
    private final List<AbstractNativeReference> owned;

    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions().setSync(false);

    /** Calls under way, to keep native code from freed memory; negative once closed. */
    private final AtomicInteger calls = new AtomicInteger();

    private EmbeddedDatabase(
            RocksDB database,
            List<ColumnFamilyHandle> families,
            List<AbstractNativeReference> owned) {
        this.database = database;
        this.meta = families.get(1);
        this.index = families.get(2);
        this.owned = owned;
        owned.add(synced);
        owned.add(unsynced);
    }

    /** Opens the database, made when there is none. */
    public static EmbeddedDatabase open(Path directory) throws IOException {
        NativeLibrary.load();
        Files.createDirectories(directory);
        List<AbstractNativeReference> options = new ArrayList<>();
        LRUCache cache = keep(options, new LRUCache(CACHE));
        BloomFilter bloom = keep(options, new BloomFilter(10));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (String name : List.of("default", "meta", "index")) {
            ColumnFamilyOptions family = keep(options, familyOptions(cache, bloom));
            descriptors.add(
                    new ColumnFamilyDescriptor(
                            name.getBytes(java.nio.charset.StandardCharsets.UTF_8), family));
        }
        DBOptions dbOptions = keep(options, databaseOptions());
        List<ColumnFamilyHandle> families = new ArrayList<>();
        try {
            RocksDB database = RocksDB.open(dbOptions, directory.toString(), descriptors, families);
            List<AbstractNativeReference> owned = new ArrayList<>(families);
            owned.add(database);
            owned.addAll(options.reversed());
            return new EmbeddedDatabase(database, families, owned);
        } catch (RocksDBException e) {
            options.reversed().forEach(AbstractNativeReference::close);
            throw failure(e, "open " + directory);
        }
    }

    private static <T extends AbstractNativeReference> T keep(
            List<AbstractNativeReference> kept, T reference) {
        kept.add(reference);
        return reference;
    }

    private static ColumnFamilyOptions familyOptions(LRUCache cache, BloomFilter bloom) {
        BlockBasedTableConfig table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(4096)
                        .setFilterPolicy(bloom)
                        .setIndexType(IndexType.kTwoLevelIndexSearch)
                        .setPartitionFilters(true)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(false);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setWriteBufferSize(WRITE_BUFFER)
                .setMaxWriteBufferNumber(2)
                // Most ids that are looked up are new: the filter says so without a search.
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER)
                .setMemtableWholeKeyFiltering(true)
                .setCompressionType(CompressionType.NO_COMPRESSION);
    }

    private static DBOptions databaseOptions() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setDbWriteBufferSize(WRITE_BUFFERS)
                .setMaxTotalWalSize(4 * WRITE_BUFFER)
                .setMaxOpenFiles(OPEN_FILES)
                .setMaxBackgroundJobs(2)
                .setMaxFileOpeningThreads(1)
                .setSkipStatsUpdateOnDbOpen(true)
                .setAvoidFlushDuringRecovery(true)
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
                .setMaxLogFileSize(1 << 20)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    /** Runs a call; a failure is STOPPED, DISK_FULL or CORRUPT. */
    public <T> T call(Family family, String what, Call<T> call) {
        enter();
        try {
            return call.on(
                    database,
                    switch (family) {
                        case META -> meta;
                        case INDEX -> index;
                    });
        } catch (RocksDBException e) {
            throw failure(e, what);
        } finally {
            calls.decrementAndGet();
        }
    }

    /** Applies the batch as one; durable on return if {@code sync}, else only ordered. */
    public void write(WriteBatch batch, boolean sync, String what) {
        call(
                Family.META,
                what,
                (db, _) -> {
                    db.write(sync ? synced : unsynced, batch);
                    return true;
                });
    }

    private void enter() {
        if (calls.getAndUpdate(n -> n < 0 ? n : n + 1) < 0) {
            throw new PfsException(ErrorCode.STOPPED, "the database is closed");
        }
    }

    private static PfsException failure(RocksDBException e, String what) {
        Status status = e.getStatus();
        ErrorCode code = ErrorCode.STOPPED;
        if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
            code = ErrorCode.DISK_FULL;
        } else if (status != null && status.getCode() == Status.Code.Corruption) {
            code = ErrorCode.CORRUPT;
        }
        return new PfsException(
                code, "the embedded database could not " + what + ": " + e.getMessage(), null, e);
    }

    /**
     * Waits for the calls under way, then closes. The write buffers are written to tables first, so
     * that the next start has no log to replay; if that fails, it has one.
     */
    @Override
    public void close() {
        while (!calls.compareAndSet(0, Integer.MIN_VALUE)) {
            if (calls.get() < 0) {
                return;
            }
            Thread.onSpinWait();
            Thread.yield();
        }
        try (FlushOptions flush = new FlushOptions()) {
            database.flush(flush, List.of(meta, index));
        } catch (RocksDBException e) {
            LOG.warn("the embedded database's buffers stay in its log: {}", e.getMessage());
        }
        owned.forEach(AbstractNativeReference::close);
    }
}
