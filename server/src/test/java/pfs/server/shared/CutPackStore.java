package pfs.server.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.PackStore;

/** One server's way to a store of packs that all share: while it is cut, calls wait, then fail. */
final class CutPackStore implements PackStore {
    /** As the S3 client's. */
    private static final long PATIENCE_SECONDS = 15;

    private final PackStore store;
    private boolean cut;

    CutPackStore(PackStore store) {
        this.store = store;
    }

    synchronized void cut(boolean now) {
        cut = now;
        notifyAll();
    }

    private synchronized PackStore way() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (cut) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new PfsException(ErrorCode.ENGINE_UNAVAILABLE, "nothing was heard");
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new PfsException(ErrorCode.ENGINE_UNAVAILABLE, "interrupted");
            }
        }
        return store;
    }

    @Override
    public boolean put(String name, ByteBuffer... parts) throws IOException {
        return way().put(name, parts);
    }

    @Override
    public int read(String name, long offset, ByteBuffer into) throws IOException {
        return way().read(name, offset, into);
    }

    @Override
    public long size(String name) throws IOException {
        return way().size(name);
    }

    @Override
    public List<String> list(String prefix, String after, int limit) throws IOException {
        return way().list(prefix, after, limit);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return way().delete(name);
    }

    @Override
    public void close() {}
}
