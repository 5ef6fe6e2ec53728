package pfs.pack.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.disk.Disk;
import pfs.pack.PackStore;

/**
 * A {@link PackStore} that keeps what was put into another through it, and what was read of it, in
 * blocks on a disk, up to a limit of bytes; what was not used for the longest goes first. It
 * decides nothing: puts, sizes and lists are the other store's, and a disk that fails or is full
 * makes reads slower, not wrong. Two reads of one block at once fetch it once, and who reads on
 * behind a block that is there fetches some at once. The blocks used last are in memory too.
 *
 * <p>What another process deletes may still be read here for a while. So a name must not be used
 * again for other bytes, which packs never do.
 */
public final class CachedPackStore implements PackStore {
    private static final int STRIPES = 64;

    /** Blocks that are fetched at once by who reads on. */
    private static final int AHEAD = 4;

    /** Blocks in memory. */
    private static final int RECENT = 8;

    private final PackStore store;
    private final BlockFiles files;
    private final int block;
    private final ReentrantLock[] fetching = new ReentrantLock[STRIPES];

    /** What was read of the disk last, by key, not to be changed. Guarded by itself. */
    private final LinkedHashMap<String, ByteBuffer> recent =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, ByteBuffer> eldest) {
                    return size() > RECENT;
                }
            };

    /**
     * A cache in a directory of the disk that nobody else writes, with what an earlier start left
     * there.
     *
     * @param limit bytes on the disk; at least a block
     * @param block bytes that are fetched at once, and so the least that a miss costs; some more
     *     are kept in memory
     */
    public CachedPackStore(PackStore store, Disk disk, String directory, long limit, int block)
            throws IOException {
        if (block < 1 || limit < block + BlockFiles.HEADER) {
            throw new IllegalArgumentException(
                    "a cache of " + limit + " bytes cannot hold blocks of " + block);
        }
        this.store = store;
        this.files = new BlockFiles(disk, directory, limit);
        this.block = block;
        for (int i = 0; i < STRIPES; i++) {
            fetching[i] = new ReentrantLock();
        }
    }

    /** Bytes that the cache has on its disk, or is about to have. */
    public long cachedBytes() {
        return files.bytes();
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        ByteBuffer[] kept = new ByteBuffer[parts.length];
        for (int i = 0; i < parts.length; i++) {
            kept[i] = parts[i].duplicate();
        }
        if (!store.put(name, parts)) {
            return false;
        }
        long number = 0;
        for (List<ByteBuffer> one : Blocks.of(block, kept)) {
            files.write(BlockFiles.key(name, number++), one.toArray(ByteBuffer[]::new));
        }
        return true;
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return store.read(name, offset, into);
        }
        int begin = into.position();
        long at = offset;
        while (into.hasRemaining()) {
            ByteBuffer bytes = block(name, at / block);
            int within = (int) (at % block);
            if (bytes == null || within >= bytes.limit()) {
                break;
            }
            int count = Math.min(into.remaining(), bytes.limit() - within);
            into.put(bytes.slice(within, count));
            at += count;
            if (bytes.limit() < block) {
                break;
            }
        }
        return into.position() == begin ? -1 : into.position() - begin;
    }

    /** A block of a blob, shorter than the others if it is the last; null behind the end. */
    private @Nullable ByteBuffer block(String name, long number) throws IOException {
        String key = BlockFiles.key(name, number);
        ByteBuffer known = here(key);
        if (known != null) {
            return known;
        }
        ReentrantLock one = fetching[Math.floorMod(key.hashCode(), STRIPES)];
        one.lock();
        try {
            known = here(key);
            return known == null ? fetch(name, number) : known;
        } finally {
            one.unlock();
        }
    }

    private @Nullable ByteBuffer here(String key) {
        synchronized (recent) {
            ByteBuffer known = recent.get(key);
            if (known != null) {
                return known;
            }
        }
        ByteBuffer read = files.read(key, block);
        if (read != null) {
            synchronized (recent) {
                recent.put(key, read);
            }
        }
        return read;
    }

    private @Nullable ByteBuffer fetch(String name, long number) throws IOException {
        boolean readsOn = number > 0 && files.has(BlockFiles.key(name, number - 1));
        ByteBuffer fetched = ByteBuffer.allocate(readsOn ? AHEAD * block : block);
        if (store.read(name, number * block, fetched) < 0) {
            return null;
        }
        fetched.flip();
        ByteBuffer first = fetched.slice(0, Math.min(block, fetched.limit()));
        long next = number;
        while (fetched.hasRemaining()) {
            int length = Math.min(block, fetched.remaining());
            files.write(BlockFiles.key(name, next++), fetched.slice(fetched.position(), length));
            fetched.position(fetched.position() + length);
        }
        return first;
    }

    @Override
    public long size(String name) throws IOException {
        return store.size(name);
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        return store.list(prefix, after, limit);
    }

    @Override
    public List<Listed> listSizes(String prefix, String after, int limit) throws IOException {
        return store.listSizes(prefix, after, limit);
    }

    @Override
    public List<String> listTop(String after, int limit) throws IOException {
        return store.listTop(after, limit);
    }

    @Override
    public boolean delete(String name) throws IOException {
        boolean deleted = store.delete(name);
        files.forget(name);
        synchronized (recent) {
            recent.keySet().removeIf(key -> BlockFiles.isOf(name, key));
        }
        return deleted;
    }

    /** Forgets all blocks: what is put or read from here on is of another store. */
    public void forgetAll() {
        files.clear();
        synchronized (recent) {
            recent.clear();
        }
    }

    /** Closes the store; the blocks stay for the next start. */
    @Override
    public void close() throws IOException {
        store.close();
    }
}
