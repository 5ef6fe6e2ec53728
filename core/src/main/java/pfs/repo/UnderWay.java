package pfs.repo;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Groups of writes that are journalled and not visible yet. Their syncs run beside each other, and
 * each is shown when its own has ended and the group before it was shown: so what is visible is
 * always a beginning of the journal. The next group is made from the states that those under way
 * will leave; if one fails, all that were begun meanwhile fail with it. For the write queue's
 * thread.
 */
final class UnderWay {
    private final int most;
    private final Semaphore free;

    /** What the groups under way will leave, where it is not visible yet. */
    private final Map<Branch, BranchState> ahead = new ConcurrentHashMap<>();

    private CompletableFuture<?> last = CompletableFuture.completedFuture(true);
    private boolean hasTurn;

    /** Set by a group that failed, until all that were begun by then have ended. */
    private volatile @Nullable Throwable failure;

    /** What happens to a group; one of the last two, in the order of the groups. */
    interface Step {
        /** Makes it durable. */
        void sync();

        /** Shows its states, and answers its writers. */
        void show();

        void fail(Throwable cause);
    }

    /**
     * @param most groups at once; with 1 each ends before the next begins, on the queue's thread
     */
    UnderWay(int most) {
        this.most = most;
        this.free = new Semaphore(most);
    }

    /** Returns when another group may begin: what has gathered by then belongs to it. */
    void awaitTurn() {
        if (!hasTurn) {
            free.acquireUninterruptibly();
            hasTurn = true;
        }
        if (failure != null) {
            awaitAll();
        }
    }

    /** Returns when none is under way. */
    void awaitAll() {
        int others = most - (hasTurn ? 1 : 0);
        free.acquireUninterruptibly(others);
        ahead.clear();
        failure = null;
        free.release(others);
    }

    /** The newest state of a branch, visible or not. */
    BranchState state(Branch branch) {
        BranchState unseen = ahead.get(branch);
        return unseen != null ? unseen : branch.state();
    }

    /**
     * Takes a group, which has the turn.
     *
     * @param states that it leaves
     */
    void begin(Map<Branch, BranchState> states, Step group) {
        if (most == 1) {
            end(states, group, synced(group));
            return;
        }
        ahead.putAll(states);
        hasTurn = false;
        CompletableFuture<?> before = last;
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        last = ended;
        Thread.ofVirtual()
                .name("pfs-group")
                .start(
                        () -> {
                            try {
                                @Nullable Throwable cause = synced(group);
                                before.join();
                                end(states, group, cause);
                            } finally {
                                ended.complete(true);
                                free.release();
                            }
                        });
    }

    private static @Nullable Throwable synced(Step group) {
        try {
            group.sync();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private void end(Map<Branch, BranchState> states, Step group, @Nullable Throwable cause) {
        Throwable why = failure == null ? cause : failure;
        if (why != null) {
            failure = most == 1 ? null : why;
            group.fail(why);
            return;
        }
        try {
            group.show();
        } catch (Throwable e) { // or its writers would wait for ever
            group.fail(e);
        }
        // Shown before it is forgotten here: the newest is always in one of the two.
        states.forEach(
                (branch, shown) ->
                        ahead.computeIfPresent(
                                branch, (_, state) -> state == shown ? null : state));
    }
}
