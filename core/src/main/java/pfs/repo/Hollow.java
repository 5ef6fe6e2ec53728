package pfs.repo;

import java.util.List;
import java.util.function.Predicate;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * The commits whose files were dropped by a {@link Retention} rule: the commit itself stays, and so
 * all of history can be walked, numbered and merged against; its files are gone for good.
 * Thread-safe.
 */
final class Hollow {
    private final MetaStore meta;

    /** So that stores without such rules pay nothing. */
    private volatile boolean any;

    Hollow(MetaStore meta) {
        this.meta = meta;
        this.any = !meta.scan(RefKeys.HOLLOW, RefKeys.HOLLOW, 1).isEmpty();
    }

    boolean contains(ObjectId commit) {
        return any && meta.get(RefKeys.hollow(commit)).isPresent();
    }

    /**
     * From now on these commits are without files, but for those that stay after all; durable on
     * return.
     */
    void add(List<ObjectId> commits, Predicate<ObjectId> stays) {
        changing(() -> set(commits.stream().filter(stays.negate()).toList(), List.of()));
    }

    /** Commits become hollow, or cease to be, in one such change at a time. */
    synchronized void changing(Runnable change) {
        change.run();
    }

    /**
     * Writes down, within {@link #changing}, which commits are without files and which have theirs;
     * durable on return.
     */
    void set(List<ObjectId> empty, List<ObjectId> whole) {
        Batch batch = new Batch();
        empty.forEach(id -> batch.put(RefKeys.hollow(id), Bytes.of(new byte[0])));
        whole.stream().filter(this::contains).forEach(id -> batch.delete(RefKeys.hollow(id)));
        if (!batch.changes().isEmpty()) {
            any |= !empty.isEmpty();
            meta.commit(batch);
        }
    }

    /** NO_SUCH_REF, which says what happened, for a commit whose files are asked for. */
    void refuse(ObjectId commit) {
        if (contains(commit)) {
            throw new PfsException(
                    ErrorCode.NO_SUCH_REF,
                    "the files of commit "
                            + commit
                            + " were dropped: it is older than what its branch keeps",
                    commit.toString());
        }
    }
}
