package pfs.server.shared;

import java.util.concurrent.TimeUnit;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.ForwardingPackStore;
import pfs.pack.PackStore;

/** One server's way to a store of packs that all share: while it is cut, calls wait, then fail. */
final class CutPackStore extends ForwardingPackStore {
    /** As the S3 client's. */
    private static final long PATIENCE_SECONDS = 15;

    private boolean cut;

    CutPackStore(PackStore store) {
        super(store);
    }

    synchronized void cut(boolean now) {
        cut = now;
        notifyAll();
    }

    @Override
    protected synchronized PackStore store() {
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
        return super.store();
    }

    @Override
    public void close() {}
}
