package pfs.cli.mount.tree;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of contents in memory, up to a limit that counts those on their way too; the ones that
 * were not read for longest go first. A block is fetched once, however many want it at the same
 * time. A content's id names its bytes for ever, so no block is ever out of date. Thread-safe.
 */
final class BlockCache {
    /** Bytes of a block, but for the last of a file. */
    static final int BLOCK = 1 << 20;

    /** What a block takes beside its bytes, roughly. */
    private static final int OVERHEAD = 256;

    private static final int FARTHEST = 8;

    /** The least limit in bytes that makes sense. */
    static final long LEAST = 4L * (BLOCK + OVERHEAD);

    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Map<Key, Block> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private long used;

    /**
     * A block's name.
     *
     * @param content the content's id
     */
    record Key(String content, long index) {}

    private record Block(int length, CompletableFuture<byte[]> bytes) {
        long cost() {
            return length + (long) OVERHEAD;
        }
    }

    /** Fetches a block's bytes. */
    interface Loader {
        byte[] load() throws IOException;
    }

    /**
     * @param limit bytes; {@link #LEAST} at least
     */
    BlockCache(long limit) {
        this.limit = Math.max(limit, LEAST);
    }

    /**
     * A block's bytes, fetched if need be; waits for room.
     *
     * @param length bytes that it has
     */
    byte[] get(Key key, int length, Loader loader) throws IOException {
        while (true) {
            Block mine = null;
            Block block;
            lock.lock();
            try {
                block = blocks.get(key);
                if (block == null) {
                    while (!makeRoom(length) && !blocks.containsKey(key)) {
                        room.awaitUninterruptibly();
                    }
                    block = blocks.get(key);
                    if (block == null) {
                        mine = add(key, length);
                        block = mine;
                    }
                }
            } finally {
                lock.unlock();
            }
            if (mine != null) {
                return load(key, mine, loader);
            }
            byte[] bytes = await(block);
            if (bytes != null) {
                return bytes;
            }
        }
    }

    /** Has a block fetched by a thread of its own, if there is room and nobody does already. */
    void prefetch(Key key, int length, Loader loader) {
        Block block;
        lock.lock();
        try {
            // To get it also makes it young, so that what was read goes before what will be.
            if (blocks.get(key) != null || !makeRoom(length)) {
                return;
            }
            block = add(key, length);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual()
                .name("read-ahead")
                .start(
                        () -> {
                            try {
                                load(key, block, loader);
                            } catch (IOException e) {
                                // Who wants the block asks for it again, and is told.
                            }
                        });
    }

    private Block add(Key key, int length) {
        Block block = new Block(length, new CompletableFuture<>());
        blocks.put(key, block);
        used += block.cost();
        return block;
    }

    /** Drops what was read longest ago, never what is on its way; false if that is not enough. */
    private boolean makeRoom(int length) {
        Iterator<Block> eldest = blocks.values().iterator();
        while (used + length + OVERHEAD > limit && eldest.hasNext()) {
            Block block = eldest.next();
            if (block.bytes.isDone()) {
                eldest.remove();
                used -= block.cost();
            }
        }
        return used + length + OVERHEAD <= limit;
    }

    private byte[] load(Key key, Block block, Loader loader) throws IOException {
        try {
            byte[] bytes = loader.load();
            block.bytes.complete(bytes);
            return bytes;
        } catch (IOException | RuntimeException | Error e) {
            lock.lock();
            try {
                if (blocks.remove(key, block)) {
                    used -= block.cost();
                }
            } finally {
                lock.unlock();
            }
            block.bytes.completeExceptionally(e);
            throw e;
        } finally {
            lock.lock();
            try {
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Null if whoever fetched it failed: that may have been another path with these bytes. */
    private static byte @Nullable [] await(Block block) {
        try {
            return block.bytes.join();
        } catch (CompletionException e) {
            return null;
        }
    }

    /** Blocks that one reader may have fetched ahead, so that a few others have room too. */
    int ahead() {
        return (int) Math.clamp(limit / BLOCK / 4, 1, FARTHEST);
    }

    /** Bytes that count against the limit now. */
    long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }
}
