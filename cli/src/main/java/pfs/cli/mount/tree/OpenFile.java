package pfs.cli.mount.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.api.ListedEntry;

/**
 * A file that was opened: always the version that it was then. Who reads on is read ahead for: one
 * block, then two, up to eight or a quarter of the cache. Thread-safe.
 */
final class OpenFile {
    private final Source source;
    private final BlockCache blocks;
    private final String path;
    private final ListedEntry version;
    private long last = -1;
    private int window;

    OpenFile(Source source, BlockCache blocks, String path, ListedEntry version) {
        this.source = source;
        this.blocks = blocks;
        this.path = path;
        this.version = version;
    }

    /** Reads as much as there is room for; fewer bytes only at the end. */
    int read(long offset, ByteBuffer into) throws IOException {
        int wanted = (int) Math.clamp(version.size() - offset, 0, into.remaining());
        int done = 0;
        while (done < wanted) {
            long at = offset + done;
            long index = at / BlockCache.BLOCK;
            readAhead(index);
            byte[] block = blocks.get(key(index), length(index), () -> load(index));
            int from = (int) (at % BlockCache.BLOCK);
            int n = Math.min(wanted - done, block.length - from);
            into.put(block, from, n);
            done += n;
        }
        return done;
    }

    private void readAhead(long index) {
        int ahead;
        synchronized (this) {
            if (index == last || index < last && last - index <= blocks.ahead()) {
                return; // the same block again, or a late one of several readers
            }
            window = index == last + 1 ? Math.min(Math.max(1, window * 2), blocks.ahead()) : 0;
            if (last < 0) {
                window = 0; // many look at a file's beginning only
            }
            last = index;
            ahead = window;
        }
        for (long next = index + 1; next <= index + ahead && length(next) > 0; next++) {
            long wanted = next;
            blocks.prefetch(key(wanted), length(wanted), () -> load(wanted));
        }
    }

    private BlockCache.Key key(long index) {
        return new BlockCache.Key(version.id(), index);
    }

    /** Bytes of a block; 0 behind the end. */
    private int length(long index) {
        return (int) Math.clamp(version.size() - index * BlockCache.BLOCK, 0, BlockCache.BLOCK);
    }

    private byte[] load(long index) throws IOException {
        return source.read(path, version, index * BlockCache.BLOCK, length(index));
    }
}
