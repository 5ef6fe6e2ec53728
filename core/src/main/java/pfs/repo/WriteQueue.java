package pfs.repo;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import pfs.disk.PrivateThread;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.object.PreparedObject;
import pfs.tree.FileEntry;

/**
 * Puts all writes of a store in one order. One thread takes what has gathered while the last group
 * was being synced, checks each write against the branch as it then stands, writes one journal
 * record for the group, syncs once, makes the group visible, and answers. Over a shared store the
 * next group is checked and journalled meanwhile, see {@link UnderWay}. So an answer never comes
 * before its sync, nothing is visible that a crash could take back, and the cost of a sync is
 * shared by all who wait for it.
 */
final class WriteQueue implements AutoCloseable {
    /** Writes in a group; with the longest names and metadata still below a record's limit. */
    private static final int MAX_GROUP = 256;

    /** Writes that may wait; the next one waits for a place. */
    private static final int MAX_WAITING = 4096;

    /**
     * Groups on their way to a shared store at once, the later of them full, where a sync takes as
     * long as a hundred writes take to be read; on a disk of one's own the next sync would wait for
     * this one anyway.
     */
    private static final int AT_ONCE = 2;

    /** Nanoseconds that a group waits at most for those who are about to ask. */
    private static final long MOST_GATHERING = 20_000_000;

    private final Journal journal;
    private final Evaluator evaluator;
    private final Answers answers;
    private final LinkedTransferQueue<Request> waiting = new LinkedTransferQueue<>();
    private final Semaphore places = new Semaphore(MAX_WAITING);
    private final UnderWay underWay;
    private final Gathering gathering;
    private final Thread thread;

    WriteQueue(Journal journal, Evaluator evaluator, Answers answers) {
        this.journal = journal;
        this.answers = answers;
        this.evaluator = evaluator;
        this.underWay = new UnderWay(journal.shared() ? AT_ONCE : 1);
        this.gathering = new Gathering(journal.shared() ? MOST_GATHERING : 0);
        this.thread = new PrivateThread("pfs-writes", this::run);
        thread.start();
    }

    /**
     * Does the operation; returns when it is durable and visible.
     *
     * @param once the key to keep the answer for, durable with the operation; null for none
     * @return whether the path was empty before
     * @throws PfsException when it was refused; then nothing has changed
     */
    boolean write(Branch branch, Operation operation, @Nullable Once once) {
        Request.Write write =
                new Request.Write(branch, operation, once, null, true, new CompletableFuture<>());
        enqueue(write);
        return await(write.answer());
    }

    /**
     * As {@link #write}, but does not wait for the answer. What depends on it runs on the queue's
     * own thread: it must only hand on what is to be done.
     *
     * @return fails with a PfsException
     */
    CompletableFuture<Boolean> submit(Branch branch, Operation operation) {
        Request.Write write = asked(branch, operation, null);
        enqueue(write);
        return write.answer();
    }

    /**
     * As {@link #submit}, of a file whose chunk is stored by the queue; waits for nothing.
     *
     * @return null, with nothing done, if as many writes wait as may
     */
    @Nullable CompletableFuture<Boolean> trySubmit(
            Branch branch, Operation operation, PreparedObject chunk) {
        if (!thread.isAlive() || !places.tryAcquire()) {
            return null;
        }
        Request.Write write = asked(branch, operation, chunk);
        add(write);
        return write.answer();
    }

    private static Request.Write asked(
            Branch branch, Operation operation, @Nullable PreparedObject chunk) {
        return new Request.Write(branch, operation, null, chunk, false, new CompletableFuture<>());
    }

    /** Replaces the branch's state in order with the writes; the caller holds its heads lock. */
    BranchState install(Branch branch, UnaryOperator<BranchState> change) {
        Request.Install install = new Request.Install(branch, change, new CompletableFuture<>());
        enqueue(install);
        return await(install.answer());
    }

    /**
     * A position in the journal: every write journalled before it is visible now, and every later
     * one is journalled at it or behind it. The journal's end alone is not that, for a record may
     * be on its way.
     */
    long barrier() {
        Request.Barrier barrier = new Request.Barrier(new CompletableFuture<>());
        enqueue(barrier);
        return await(barrier.answer());
    }

    private void enqueue(Request request) {
        try {
            if (!thread.isAlive()) {
                throw stopped(null);
            }
            places.acquire();
            add(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.BUSY, "interrupted before the write was taken");
        }
    }

    private void add(Request request) {
        waiting.put(request);
        if (!thread.isAlive()) {
            failWaiting();
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
        boolean running = true;
        while (running) {
            underWay.awaitTurn();
            List<Request> group = new ArrayList<>();
            try {
                group.add(waiting.take());
            } catch (InterruptedException e) {
                continue;
            }
            waiting.drainTo(group, MAX_GROUP - 1);
            if (group.size() < MAX_GROUP) {
                // two groups of half the size cost the store twice as much, and take as long
                underWay.awaitAll();
                gathering.gather(waiting, group, MAX_GROUP);
            }
            places.release(group.size());
            running = group.stream().noneMatch(Request.Stop.class::isInstance);
            new Group(group).process();
        }
        underWay.awaitAll();
        failWaiting();
    }

    private void failWaiting() {
        for (Request left = waiting.poll(); left != null; left = waiting.poll()) {
            places.release();
            left.answer().completeExceptionally(stopped(null));
        }
    }

    private static PfsException stopped(@Nullable Throwable cause) {
        return new PfsException(ErrorCode.STOPPED, "the store is closed", null, cause);
    }

    /** One group of requests on its way. */
    private final class Group implements UnderWay.Step {
        private final List<Request> requests;
        private final Map<Branch, BranchState> next = new IdentityHashMap<>();
        private final List<JournalFormat.Change> changes = new ArrayList<>();
        private final List<Answer> kept = new ArrayList<>();
        private final List<Runnable> told = new ArrayList<>();
        private final List<Runnable> awaited = new ArrayList<>();

        Group(List<Request> requests) {
            this.requests = requests;
        }

        void process() {
            try {
                requests.forEach(this::take);
                if (!changes.isEmpty()) {
                    journaled(journal.append(JournalFormat.encode(changes)));
                }
            } catch (Throwable e) {
                underWay.awaitAll();
                fail(e);
                return;
            }
            underWay.begin(next, this);
        }

        /** The states that this group's record has changed say so. */
        private void journaled(long position) {
            next.replaceAll(
                    (branch, state) ->
                            state.view().equals(underWay.state(branch).view())
                                    ? state
                                    : new BranchState(
                                            state.head(),
                                            state.view(),
                                            position,
                                            state.version(),
                                            state.folded()));
        }

        @Override
        public void sync() {
            if (!changes.isEmpty()) {
                long begin = System.nanoTime();
                journal.flush();
                gathering.synced(System.nanoTime() - begin);
            }
        }

        @Override
        public void show() {
            // Whoever sees the change must find its answer.
            kept.forEach(answers::journaled);
            next.forEach(Branch::publish);
            tell();
        }

        /**
         * Those who wait are woken on another thread, one for all of the group: waking each costs
         * as much as a write. The others hand on what they do, so they are told at once.
         */
        private void tell() {
            told.forEach(Runnable::run);
            if (!awaited.isEmpty()) {
                Thread.startVirtualThread(() -> awaited.forEach(Runnable::run));
            }
        }

        /**
         * Nothing of the group is visible; whether it is on disk is not known, so each writer is
         * told that it failed, and the journal has stopped itself if it must. Installs say what is
         * durable already, so they hold all the same, over what is visible.
         */
        @Override
        public void fail(Throwable cause) {
            PfsException why =
                    cause instanceof PfsException known
                            ? known
                            : new PfsException(
                                    ErrorCode.STOPPED, "the write failed: " + cause, null, cause);
            for (Request request : requests) {
                if (request instanceof Request.Install install) {
                    install(install);
                }
            }
            requests.forEach(request -> request.answer().completeExceptionally(why));
        }

        private void install(Request.Install install) {
            try {
                BranchState state = install.change().apply(install.branch().state());
                install.branch().publish(state);
                install.answer().complete(state);
            } catch (RuntimeException e) {
                install.answer().completeExceptionally(e);
            }
        }

        private void take(Request request) {
            switch (request) {
                case Request.Write write -> takeWrite(write);
                case Request.Install(var branch, var change, var answer) -> {
                    BranchState state = change.apply(state(branch));
                    next.put(branch, state);
                    awaited.add(() -> answer.complete(state));
                }
                case Request.Barrier(var answer) -> {
                    // The writes of this group are journalled when all of it has been taken.
                    long end = journal.end();
                    awaited.add(() -> answer.complete(end));
                }
                case Request.Stop(var answer) -> awaited.add(() -> answer.complete(true));
            }
        }

        private void takeWrite(Request.Write write) {
            Branch branch = write.branch();
            CompletableFuture<Boolean> answer = write.answer();
            List<Runnable> askers = write.awaited() ? awaited : told;
            try {
                if (branch.gone()) {
                    throw new PfsException(
                            ErrorCode.NO_SUCH_REF,
                            "the branch '" + branch.id().branch() + "' was deleted",
                            branch.id().branch());
                }
                BranchState state = state(branch);
                Evaluator.Step step = evaluator.evaluate(state.view(), write.operation());
                if (write.chunk() != null) {
                    write.chunk().store();
                }
                step.journaled()
                        .forEach(j -> changes.add(new JournalFormat.Change(branch.id(), j)));
                keep(write, step.created());
                next.put(
                        branch,
                        new BranchState(
                                state.head(),
                                step.view(),
                                state.position(),
                                state.version(),
                                state.folded()));
                askers.add(() -> answer.complete(step.created()));
            } catch (PfsException refused) {
                // Told after the sync, since the reason may be an earlier write of this group.
                askers.add(() -> answer.completeExceptionally(refused));
            }
        }

        private void keep(Request.Write write, boolean created) {
            @Nullable Once once = write.once();
            if (once != null) {
                @Nullable FileEntry file =
                        write.operation() instanceof Operation.Put put ? put.entry() : null;
                Answer answer = new Answer(once, answers.now(), created, file, null);
                Journaled journaled = new Journaled.Answered(answer);
                changes.add(new JournalFormat.Change(write.branch().id(), journaled));
                kept.add(answer);
            }
        }

        private BranchState state(Branch branch) {
            BranchState changed = next.get(branch);
            return changed != null ? changed : underWay.state(branch);
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
                if (!asked) {
                    places.acquire();
                    waiting.put(stop);
                    asked = true;
                }
                thread.join();
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
