package pfs.repo;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pfs.disk.PrivateThread;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;

/**
 * Puts all writes of a store in one order. One thread takes what has gathered while the last group
 * was being synced, checks each write against the branch as it then stands, writes one journal
 * record for the group, syncs once, makes the group visible, and answers. So an answer never comes
 * before its sync, nothing is visible that a crash could take back, and the cost of a sync is
 * shared by all who wait for it.
 */
final class WriteQueue implements AutoCloseable {
    /** Writes in a group; with the longest names and metadata still below a record's limit. */
    private static final int MAX_GROUP = 256;

    /** Writes that may wait; the next one waits for a place. */
    private static final int MAX_WAITING = 4096;

    private final Journal journal;
    private final Evaluator evaluator;
    private final BlockingQueue<Request> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;

    private sealed interface Request {
        CompletableFuture<?> answer();

        record Write(Branch branch, Operation operation, CompletableFuture<Boolean> answer)
                implements Request {}

        record Install(
                Branch branch,
                UnaryOperator<BranchState> change,
                CompletableFuture<BranchState> answer)
                implements Request {}

        record Barrier(CompletableFuture<Long> answer) implements Request {}

        record Stop(CompletableFuture<Boolean> answer) implements Request {}
    }

    WriteQueue(Journal journal, Evaluator evaluator) {
        this.journal = journal;
        this.evaluator = evaluator;
        this.thread = new PrivateThread("pfs-writes", this::run);
        thread.start();
    }

    /**
     * Does the operation; returns when it is durable and visible.
     *
     * @return whether the path was empty before
     * @throws PfsException when it was refused; then nothing has changed
     */
    boolean write(Branch branch, Operation operation) {
        Request.Write write = new Request.Write(branch, operation, new CompletableFuture<>());
        enqueue(write);
        return await(write.answer);
    }

    /** Replaces the branch's state in order with the writes; the caller holds its heads lock. */
    BranchState install(Branch branch, UnaryOperator<BranchState> change) {
        Request.Install install = new Request.Install(branch, change, new CompletableFuture<>());
        enqueue(install);
        return await(install.answer);
    }

    /**
     * A position in the journal: every write journalled before it is visible now, and every later
     * one is journalled at it or behind it. The journal's end alone is not that, for a record may
     * be on its way.
     */
    long barrier() {
        Request.Barrier barrier = new Request.Barrier(new CompletableFuture<>());
        enqueue(barrier);
        return await(barrier.answer);
    }

    private void enqueue(Request request) {
        try {
            if (!thread.isAlive()) {
                throw stopped(null);
            }
            waiting.put(request);
            if (!thread.isAlive()) {
                failWaiting();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.BUSY, "interrupted before the write was taken");
        }
    }

    private static <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PfsException refused) {
                throw new PfsException(
                        refused.code(), messageOf(refused), refused.subject(), refused);
            }
            throw e;
        }
    }

    private static String messageOf(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    private void run() {
        List<Request> group = new ArrayList<>(MAX_GROUP);
        boolean running = true;
        while (running) {
            group.clear();
            try {
                group.add(waiting.take());
            } catch (InterruptedException e) {
                continue;
            }
            waiting.drainTo(group, MAX_GROUP - 1);
            running = group.stream().noneMatch(Request.Stop.class::isInstance);
            new Group().process(group);
        }
        failWaiting();
    }

    private void failWaiting() {
        for (Request left = waiting.poll(); left != null; left = waiting.poll()) {
            left.answer().completeExceptionally(stopped(null));
        }
    }

    private static PfsException stopped(@Nullable Throwable cause) {
        return new PfsException(ErrorCode.STOPPED, "the store is closed", null, cause);
    }

    /** One group of requests on its way. */
    private final class Group {
        private final Map<Branch, BranchState> next = new IdentityHashMap<>();
        private final List<JournalFormat.Change> changes = new ArrayList<>();
        private final List<Runnable> answers = new ArrayList<>();

        void process(List<Request> group) {
            try {
                group.forEach(this::take);
                publish(changes.isEmpty() ? 0 : makeDurable());
                answers.forEach(Runnable::run);
            } catch (Throwable e) {
                fail(group, e);
            }
        }

        /**
         * Nothing of the group is visible; whether it is on disk is not known, so each writer is
         * told that it failed, and the journal has stopped itself if it must. Installs say what is
         * durable already, so they hold all the same.
         */
        private void fail(List<Request> group, Throwable cause) {
            PfsException told =
                    cause instanceof PfsException known
                            ? known
                            : new PfsException(
                                    ErrorCode.STOPPED, "the write failed: " + cause, null, cause);
            List<Request> installs =
                    group.stream().filter(Request.Install.class::isInstance).toList();
            if (!changes.isEmpty() && !installs.isEmpty()) {
                new Group().process(installs);
            }
            group.forEach(request -> request.answer().completeExceptionally(told));
        }

        private void take(Request request) {
            switch (request) {
                case Request.Write(var branch, var operation, var answer) ->
                        takeWrite(branch, operation, answer);
                case Request.Install(var branch, var change, var answer) -> {
                    BranchState state = change.apply(state(branch));
                    next.put(branch, state);
                    answers.add(() -> answer.complete(state));
                }
                case Request.Barrier(var answer) -> {
                    // The writes of this group are journalled when all of it has been taken.
                    long end = journal.end();
                    answers.add(() -> answer.complete(end));
                }
                case Request.Stop(var answer) -> answers.add(() -> answer.complete(true));
            }
        }

        private void takeWrite(
                Branch branch, Operation operation, CompletableFuture<Boolean> answer) {
            try {
                if (branch.gone()) {
                    throw new PfsException(
                            ErrorCode.NO_SUCH_REF,
                            "the branch '" + branch.id().branch() + "' was deleted",
                            branch.id().branch());
                }
                BranchState state = state(branch);
                Evaluator.Step step = evaluator.evaluate(state.view(), operation);
                step.journaled()
                        .forEach(j -> changes.add(new JournalFormat.Change(branch.id(), j)));
                next.put(
                        branch,
                        new BranchState(
                                state.head(),
                                step.view(),
                                state.position(),
                                state.version(),
                                state.folded()));
                answers.add(() -> answer.complete(step.created()));
            } catch (PfsException refused) {
                // Told after the sync, since the reason may be an earlier write of this group.
                answers.add(() -> answer.completeExceptionally(refused));
            }
        }

        private BranchState state(Branch branch) {
            BranchState changed = next.get(branch);
            return changed != null ? changed : branch.state();
        }

        private long makeDurable() {
            long position = journal.append(JournalFormat.encode(changes));
            journal.flush();
            return position;
        }

        private void publish(long position) {
            for (Map.Entry<Branch, BranchState> e : next.entrySet()) {
                BranchState state = e.getValue();
                boolean journaled = !state.view().equals(e.getKey().state().view());
                e.getKey()
                        .publish(
                                position == 0 || !journaled
                                        ? state
                                        : new BranchState(
                                                state.head(),
                                                state.view(),
                                                position,
                                                state.version(),
                                                state.folded()));
            }
        }
    }

    /** Does what was taken before, refuses the rest with STOPPED. May be called again. */
    @Override
    public void close() {
        Request stop = new Request.Stop(new CompletableFuture<>());
        boolean asked = false;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                asked = asked || waiting.offer(stop, 100, TimeUnit.MILLISECONDS);
                thread.join(asked ? 0 : 1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        // Whoever asked while the thread was ending.
        failWaiting();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
