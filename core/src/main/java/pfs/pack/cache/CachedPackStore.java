package pfs.pack.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.disk.Disk;
import pfs.pack.PackStore;

/**
 * A {@link PackStore} that keeps what was read of another in blocks on a disk, up to a limit of
 * bytes; what was not read for the longest goes first. It decides nothing: puts, sizes and lists
 * are the other store's, and a disk that fails or is full makes reads slower, not wrong. Two reads
 * of one block at once fetch it once.
 *
 * <p>What another process deletes may still be read here for a while. So a name must not be used
 * again for other bytes, which packs never do.
 */
public final class CachedPackStore implements PackStore {
    private static final int STRIPES = 64;

    private final PackStore store;
    private final BlockFiles files;
    private final int block;
    private final ReentrantLock[] fetching = new ReentrantLock[STRIPES];

    /**
     * A cache in a directory of the disk that nobody else writes, with what an earlier start left
     * there.
     *
     * @param limit bytes on the disk; at least a block
     * @param block bytes that are fetched at once, and so the least that a miss costs
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
        return store.put(name, parts);
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
        ByteBuffer known = files.read(key, block);
        if (known != null) {
            return known;
        }
        ReentrantLock one = fetching[Math.floorMod(key.hashCode(), STRIPES)];
        one.lock();
        try {
            known = files.read(key, block);
            if (known != null) {
                return known;
            }
            ByteBuffer fetched = ByteBuffer.allocate(block);
            if (store.read(name, number * block, fetched) < 0) {
                return null;
            }
            fetched.flip();
            files.write(key, fetched.duplicate());
            return fetched;
        } finally {
            one.unlock();
        }
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
    public boolean delete(String name) throws IOException {
        boolean deleted = store.delete(name);
        files.forget(BlockFiles.allOf(name));
        return deleted;
    }

    /** Closes the store; the blocks stay for the next start. */
    @Override
    public void close() throws IOException {
        store.close();
    }
}
