package pfs.repo;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

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

    /** A move whose fate is open; under {@link #heads}. */
    private @Nullable Move doubt;

    /**
     * A move of the branch's record.
     *
     * @param seen the state that it was made from
     * @param work the new work tree, which stands for what {@code seen} showed
     */
    record Move(BranchState seen, @Nullable Commit head, DirectoryEntry work) {
        Bytes record() {
            ObjectId id = head == null ? null : head.id();
            return new BranchRecord(id, work, seen.position()).encode();
        }
    }

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

    /** The move of which nobody knows yet whether it was made; null if there is none. */
    @Nullable Move doubt() {
        return doubt;
    }

    void setDoubt(@Nullable Move open) {
        doubt = open;
    }

    /** True once the branch was deleted or dropped from memory: look it up again. */
    boolean gone() {
        return gone;
    }

    void retire() {
        gone = true;
    }
}
