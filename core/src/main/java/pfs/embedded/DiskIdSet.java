package pfs.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.rocksdb.NativeLibrary;
import pfs.object.IdSet;
import pfs.object.ObjectId;

/**
 * An {@link IdSet} of any size in a directory of its own, which goes when it is closed. About 50
 * bytes of disk an id, and 48 MiB of memory in all. Thread-safe. Nothing of it survives a crash.
 */
public final class DiskIdSet implements IdSet {
    private static final byte[] NOTHING = {};
    private static final long CACHE = 16L << 20;
    private static final long WRITE_BUFFER = 16L << 20;

    private final Path directory;
    private final RocksDB database;
    private final List<AbstractNativeReference> owned = new ArrayList<>();
    private final WriteOptions unlogged;
    private final AtomicLong size = new AtomicLong();

    /** Makes adding "unless it is there" one step. */
    private final ReentrantLock adding = new ReentrantLock();

    private boolean closed;

    /** An empty set in the directory, whose files are deleted first. */
    public DiskIdSet(Path directory) {
        NativeLibrary.load();
        this.unlogged = new WriteOptions().setDisableWAL(true);
        this.directory = directory;
        try {
            delete(directory);
            Files.createDirectories(directory);
            LRUCache cache = new LRUCache(CACHE);
            BloomFilter bloom = new BloomFilter(10);
            Options options = new Options();
            owned.addAll(List.of(unlogged, options, bloom, cache));
            options.setCreateIfMissing(true)
                    .setCompressionType(CompressionType.NO_COMPRESSION)
                    .setWriteBufferSize(WRITE_BUFFER)
                    .setMaxOpenFiles(64)
                    .setTableFormatConfig(
                            new BlockBasedTableConfig()
                                    .setBlockCache(cache)
                                    .setCacheIndexAndFilterBlocks(true)
                                    .setFilterPolicy(bloom));
            this.database = RocksDB.open(options, directory.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static PfsException failure(RocksDBException e) {
        return new PfsException(
                ErrorCode.STOPPED, "a set of ids on disk failed: " + e.getMessage(), null, e);
    }

    @Override
    public boolean add(ObjectId id) {
        byte[] key = id.toBytes();
        adding.lock();
        try {
            if (database.get(key) != null) {
                return false;
            }
            database.put(unlogged, key, NOTHING);
            size.incrementAndGet();
            return true;
        } catch (RocksDBException e) {
            throw failure(e);
        } finally {
            adding.unlock();
        }
    }

    @Override
    public boolean contains(ObjectId id) {
        try {
            return database.get(id.toBytes()) != null;
        } catch (RocksDBException e) {
            throw failure(e);
        }
    }

    @Override
    public long size() {
        return size.get();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        database.close();
        owned.forEach(AbstractNativeReference::close);
        try {
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
