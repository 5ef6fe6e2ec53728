package pfs.meta;

import java.util.Optional;

/** A store that waits before it answers who asks for a lease. */
final class PausedMetaStore extends ForwardingMetaStore {
    private final Pause pause;

    /** What to wait for. */
    interface Pause {
        void await() throws InterruptedException;
    }

    PausedMetaStore(MetaStore store, Pause pause) {
        super(store);
        this.pause = pause;
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        try {
            pause.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return super.lease(name, holder, millis);
    }

    @Override
    public void close() {
        store().close();
    }
}
