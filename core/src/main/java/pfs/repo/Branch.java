package pfs.repo;

import java.util.concurrent.ConcurrentLinkedQueue;
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
    private final ConcurrentLinkedQueue<HeadMoves.Move> moves = new ConcurrentLinkedQueue<>();
    private volatile BranchState state;
    private volatile boolean mergeOnly;
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

    /** Those who wait to move the head, in order; served under {@link #heads}. */
    ConcurrentLinkedQueue<HeadMoves.Move> moves() {
        return moves;
    }

    /** True if the branch takes merges only. */
    boolean mergeOnly() {
        return mergeOnly;
    }

    void setMergeOnly(boolean protect) {
        mergeOnly = protect;
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
