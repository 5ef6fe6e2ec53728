package pfs.repo;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaLimits;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/**
 * Moves the heads of branches. Those who want to move one branch queue, first come first served;
 * whoever's turn it is serves all who wait, each on top of the one before, with one sync and one
 * change of the metadata for all of them. So nobody is bounced, and a thousand small merges cost
 * little more than one. Thread-safe.
 */
final class HeadMoves {
    /** Moves that share a sync: each changes four keys, and {@link MetaLimits} bounds a batch. */
    private static final int MAX_GROUP = MetaLimits.USUAL_BATCH / 4 - 1;

    /** Bytes of a batch from which on the next move gets another one. */
    private static final int MAX_BYTES = 1 << 20;

    private final Journal journal;
    private final Branches branches;
    private final Folder folder;
    private final PathSets paths;
    private final Answers answers;
    private final LongSupplier clock;
    private final Changes changes;

    /** Makes the next head from a state; the head itself when nothing changed, null for none. */
    interface NextHead {
        @Nullable Commit from(BranchState seen);
    }

    /** The work tree that goes with a new head. */
    interface NextWork {
        DirectoryEntry from(BranchState seen, Commit head);
    }

    /** Whether an outcome is to be kept for the idempotency key that came with the move. */
    interface Keeps {
        boolean outcome(Committed done);
    }

    /** One that waits. */
    static final class Move {
        private final @Nullable ObjectId expected;
        private final NextHead nextHead;
        private final NextWork nextWork;
        private final @Nullable Once once;
        private final Keeps keeps;
        private final CompletableFuture<Committed> answer = new CompletableFuture<>();

        /**
         * @param expected the head must be this one; null for any
         * @param once the key to keep the answer for, durable with the move; null for none
         */
        Move(
                @Nullable ObjectId expected,
                NextHead nextHead,
                NextWork nextWork,
                @Nullable Once once,
                Keeps keeps) {
            this.once = once;
            this.keeps = keeps;
            this.expected = expected;
            this.nextHead = nextHead;
            this.nextWork = nextWork;
        }
    }

    /**
     * @param clock nanoseconds since 1970
     */
    HeadMoves(
            Journal journal,
            Branches branches,
            Folder folder,
            PathSets paths,
            Answers answers,
            LongSupplier clock,
            Changes changes) {
        this.changes = changes;
        this.answers = answers;
        this.paths = paths;
        this.clock = clock;
        this.journal = journal;
        this.branches = branches;
        this.folder = folder;
    }

    /** Makes the commit, flushes, sets the head and shows it; returns when it is durable. */
    Committed move(Branch target, Move move) {
        target.moves().add(move);
        target.heads().lock();
        try (Lease _ = folder.leases().open()) {
            while (!move.answer.isDone()) {
                serve(target);
            }
        } finally {
            target.heads().unlock();
        }
        try {
            Committed committed = move.answer.join();
            // Also when nothing moved: who is answered must know that the replicas have it.
            changes.tell(target.id().repo(), target.id().branch());
            return committed;
        } catch (CompletionException e) {
            if (e.getCause() instanceof PfsException refused) {
                String message = Objects.requireNonNullElse(refused.getMessage(), "");
                throw new PfsException(refused.code(), message, refused.subject(), refused);
            }
            throw e;
        }
    }

    private void serve(Branch target) {
        List<Move> group = new ArrayList<>();
        while (group.size() < MAX_GROUP && target.moves().poll() instanceof Move next) {
            group.add(next);
        }
        try {
            if (target.gone()) {
                throw Branches.missing(target.id());
            }
            branches.settle(target);
            serve(target, group);
        } catch (Throwable e) {
            group.forEach(move -> move.answer.completeExceptionally(e));
        }
    }

    private void serve(Branch target, List<Move> group) {
        Iterator<Move> moves = group.iterator();
        while (moves.hasNext()) {
            serve(target, moves);
        }
    }

    /** Serves as many as a batch has room for. */
    private void serve(Branch target, Iterator<Move> moves) {
        BranchState seen = target.state();
        BranchState at = seen;
        Group done = new Group();
        while (moves.hasNext() && done.batch.bytes() < MAX_BYTES) {
            Move move = moves.next();
            try {
                at = step(target, at, move, done);
            } catch (PfsException refused) {
                done.told.add(() -> move.answer.completeExceptionally(refused));
            }
        }
        if (at != seen) {
            journal.flush();
            branches.advance(target, seen, at.head(), at.view().work(), done.batch);
        } else if (!done.batch.changes().isEmpty()) {
            branches.commit(done.batch);
        }
        done.kept.forEach(answers::written);
        done.told.forEach(Runnable::run);
    }

    /** What a group of moves comes to. */
    private static final class Group {
        private final Batch batch = new Batch();
        private final List<Answer> kept = new ArrayList<>();
        private final List<Runnable> told = new ArrayList<>();

        void complete(Move move, Committed outcome, long now) {
            if (move.once != null && move.keeps.outcome(outcome)) {
                Answer answer =
                        new Answer(move.once, now, outcome.created(), null, outcome.commit().id());
                batch.put(RefKeys.answer(move.once), Answers.encode(answer));
                kept.add(answer);
            }
            told.add(() -> move.answer.complete(outcome));
        }
    }

    private BranchState step(Branch target, BranchState at, Move move, Group done) {
        long begun = clock.getAsLong();
        refuseOtherHead(target, at, move.expected);
        Commit next = move.nextHead.from(at);
        if (next == null) {
            throw new PfsException(
                    ErrorCode.NOTHING_TO_COMMIT,
                    "there is nothing to commit on '" + target.id().branch() + "'",
                    target.id().branch());
        }
        if (at.head() != null && next.id().equals(at.head().id())) {
            done.complete(move, new Committed(next, false), begun);
            return at;
        }
        DirectoryEntry work = move.nextWork.from(at, next);
        record(done.batch, target.id(), next, begun);
        done.complete(move, new Committed(next, true), begun);
        View view = new View(folder, work, Edits.NONE);
        // Who asks for a branch that is not there must see that there is one now.
        long version = at.version() == Batch.ABSENT ? Batch.ABSENT + 1 : at.version();
        return new BranchState(next, view, at.position(), version, at.folded());
    }

    private static void refuseOtherHead(
            Branch target, BranchState seen, @Nullable ObjectId expected) {
        if (expected == null) {
            return;
        }
        ObjectId head = seen.head() == null ? null : seen.head().id();
        if (!Objects.equals(head, expected)) {
            throw new PfsException(
                    ErrorCode.PRECONDITION_FAILED,
                    "the head of '" + target.id().branch() + "' is " + head + " now",
                    target.id().branch());
        }
    }

    /**
     * The commit is the repo's, and the branch was moved to it; dated as the commit if that was
     * made for the move, so that {@code @{its time}} finds it.
     */
    private void record(Batch batch, BranchId id, Commit head, long begun) {
        if (!folder.leases().naming().name(head.id(), false)) {
            throw Store.collected(head.id());
        }
        long time = Math.max(begun, head.time());
        batch.put(RefKeys.commit(id.repo(), head.id()), Bytes.of(new byte[0]))
                .put(RefKeys.move(id, time), Bytes.of(head.id().toBytes()));
        paths.record(batch, id.repo(), head);
    }
}
