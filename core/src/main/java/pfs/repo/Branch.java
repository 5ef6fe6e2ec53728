package pfs.repo;

import java.util.concurrent.locks.ReentrantLock;
import pfs.meta.Batch;

/**
 * A branch that is in use. Reads take {@link #state} as it is; writes go through the {@link
 * WriteQueue}; whoever moves the head or the work tree holds {@link #heads}, first come first
 * served.
 */
final class Branch {
    private final BranchId id;
    private final ReentrantLock heads = new ReentrantLock(true);
    private volatile BranchState state;
    private volatile boolean gone;

    Branch(BranchId id, BranchState state) {
        this.id = id;
        this.state = state;
    }

    BranchId id() {
        return id;
    }

    ReentrantLock heads() {
        return heads;
    }

    BranchState state() {
        return state;
    }

    /** Only for the queue's thread. */
    void publish(BranchState next) {
        state = next;
    }

    /** False for a branch that waits for its first head; the default branch exists without one. */
    boolean exists() {
        return state.version() != Batch.ABSENT || id.branch().equals(Repo.DEFAULT_BRANCH);
    }

    /** True once the branch was deleted or dropped from memory: look it up again. */
    boolean gone() {
        return gone;
    }

    void retire() {
        gone = true;
    }
}
