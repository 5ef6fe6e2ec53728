package pfs.repo;

import java.util.List;
import java.util.Optional;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/** A metadata store that a killed process cannot reach any more, and that may lose answers. */
final class FencedMetaStore implements MetaStore {
    private final MetaStore store;
    private volatile boolean fenced;

    /** Commits whose answers are lost from now on; calls after these that fail. */
    private volatile int lost;

    private volatile int failing;

    FencedMetaStore(MetaStore store) {
        this.store = store;
    }

    void fence() {
        fenced = true;
    }

    /** The next commit is made and not answered; so many calls after it fail. */
    void loseAnswer(int callsAfter) {
        lost = 1;
        failing = callsAfter;
    }

    /** So many calls fail and do nothing. */
    void fail(int calls) {
        failing = calls;
    }

    private MetaStore store() {
        if (lost == 0 && failing > 0) {
            failing--;
            throw new PfsException(ErrorCode.STOPPED, "the database is not there");
        }
        if (fenced) {
            throw new PfsException(ErrorCode.STOPPED, "this process was killed");
        }
        return store;
    }

    @Override
    public Optional<Versioned> get(Key key) {
        return store().get(key);
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        return store().scan(prefix, after, limit);
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        return store().floor(prefix, atMost);
    }

    @Override
    public boolean commit(Batch batch) {
        boolean made = store().commit(batch);
        if (lost > 0) {
            lost = 0;
            throw new PfsException(ErrorCode.STOPPED, "the answer is lost");
        }
        return made;
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        return store().lease(name, holder, millis);
    }

    @Override
    public Optional<Lease> holder(Key name) {
        return store().holder(name);
    }

    @Override
    public void release(Lease lease) {
        store().release(lease);
    }

    @Override
    public void close() {
        fence();
    }
}
