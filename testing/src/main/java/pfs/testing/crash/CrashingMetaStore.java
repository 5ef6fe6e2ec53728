package pfs.testing.crash;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Key;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.testing.disk.Fault;
import pfs.testing.disk.LyingDisk;

/**
 * Metadata that live and die with a disk: a commit is a call of the disk, durable when it answers,
 * and not done when it fails.
 */
final class CrashingMetaStore implements MetaStore {
    private final MetaStore inner;
    private final LyingDisk disk;

    CrashingMetaStore(MetaStore inner, LyingDisk disk) {
        this.inner = inner;
        this.disk = disk;
    }

    /** The metadata as they are now, for the next start. */
    static MetaStore copy(MetaStore from, InstantSource clock) {
        MetaStore copy = new MemoryMetaStore(clock);
        Batch batch = new Batch();
        for (Pair pair : from.scan(Key.EMPTY, Key.EMPTY, Integer.MAX_VALUE)) {
            batch.put(pair.key(), pair.value().value());
        }
        copy.commit(batch);
        return copy;
    }

    private @Nullable Fault call(String what) {
        try {
            return disk.callBeside(what);
        } catch (IOException e) {
            throw stopped(e.getMessage());
        }
    }

    private void alive() {
        if (disk.dead()) {
            throw stopped("the power is lost");
        }
    }

    private static PfsException stopped(@Nullable String why) {
        return new PfsException(ErrorCode.STOPPED, "the metadata store failed: " + why);
    }

    @Override
    public Optional<Versioned> get(Key key) {
        alive();
        return inner.get(key);
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        alive();
        return inner.scan(prefix, after, limit);
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        alive();
        return inner.floor(prefix, atMost);
    }

    @Override
    public boolean commit(Batch batch) {
        Fault fault = call("commit metadata");
        if (fault != null) {
            throw stopped(fault.toString());
        }
        return inner.commit(batch);
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        alive();
        return inner.lease(name, holder, millis);
    }

    @Override
    public Optional<Lease> holder(Key name) {
        alive();
        return inner.holder(name);
    }

    @Override
    public void release(Lease lease) {
        alive();
        inner.release(lease);
    }

    @Override
    public void close() {}
}
