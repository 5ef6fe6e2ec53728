package pfs.jobs.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Watchdog;
import pfs.jobs.worker.WorkerClient;

/**
 * The workers of one program. They are started when they are first wanted, replaced when they die,
 * and asked for no more than they can do. Thread-safe.
 */
public final class WorkerPool implements AutoCloseable {
    /** How often those who are near to a worker are served before one who waits longer. */
    private static final int MOST_PASSED_OVER = 10;

    private final Runtime.Program program;
    private final IntSupplier workers;
    private final int concurrency;
    private final WorkerStart start;
    private final Set<Runtime.LogSink> sinks = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<PooledWorker> members = new ArrayList<>();
    private int starting;

    /** Those who wait for a worker and were not woken, longest first. */
    private final Deque<Waiter> waiting = new ArrayDeque<>();

    private boolean closed;
    private @Nullable PfsException startFailure;

    /**
     * @param workers at most, now: more when a server joins those that run them
     */
    public WorkerPool(
            Runtime runtime, Runtime.Program program, IntSupplier workers, Watchdog watchdog) {
        this.program = program;
        this.workers = workers;
        this.concurrency = program.spec().concurrency();
        this.start = new WorkerStart(runtime, program, watchdog, this::log, this::stopped);
    }

    public Runtime.Program program() {
        return program;
    }

    /** Requests that can be in flight at most, now. */
    public int slots() {
        return workers.getAsInt() * concurrency;
    }

    /** What workers say goes to this sink as well, from now on. */
    public void attach(Runtime.LogSink sink) {
        sinks.add(sink);
        lock.lock();
        try {
            startFailure = null;
        } finally {
            lock.unlock();
        }
    }

    public void detach(Runtime.LogSink sink) {
        sinks.remove(sink);
    }

    /** Who waits for a worker. */
    private static final class Waiter {
        private final @Nullable String avoid;
        private final String near;
        private final Condition woken;

        /** How often one that waits shorter was served first. */
        private int passedOver;

        /**
         * @param avoid the worker that failed it; null for none
         * @param near what of the store it is about; "" for nothing
         */
        Waiter(@Nullable String avoid, String near, Condition woken) {
            this.avoid = avoid;
            this.near = near;
            this.woken = woken;
        }
    }

    /** A worker that is reserved for one request. */
    final class Lease implements AutoCloseable {
        private final PooledWorker pooled;

        private Lease(PooledWorker pooled) {
            this.pooled = pooled;
        }

        WorkerClient client() {
            return pooled.client;
        }

        Worker worker() {
            return pooled.worker;
        }

        void succeeded() {
            lock.lock();
            try {
                if (pooled.succeeded(concurrency)) {
                    wakeAll();
                }
            } finally {
                lock.unlock();
            }
        }

        void busy(Optional<Long> retryAfterMillis) {
            locked(() -> pooled.busy(retryAfterMillis));
        }

        /** No more requests for this worker: it is dead, or does not answer. */
        void retire() {
            locked(() -> WorkerPool.this.retire(pooled));
        }

        @Override
        public void close() {
            boolean last;
            lock.lock();
            try {
                pooled.inFlight--;
                last = pooled.retired && pooled.inFlight == 0;
                if (pooled.retired) {
                    wakeAll();
                } else {
                    wakeOneFor(pooled);
                }
            } finally {
                lock.unlock();
            }
            if (last) {
                end(pooled);
            }
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    private void wakeAll() {
        waiting.forEach(waiter -> waiter.woken.signal());
        waiting.clear();
    }

    /**
     * Of those who can use the worker, who is near to it, or else who waits longest; who was passed
     * over often enough comes first.
     */
    private void wakeOneFor(PooledWorker free) {
        List<String> servers = servers();
        Waiter longest = null;
        Waiter best = null;
        for (Waiter waiter : waiting) {
            if (!shuns(waiter.avoid, free)) {
                longest = longest == null ? waiter : longest;
                if (longest.passedOver >= MOST_PASSED_OVER) {
                    break;
                }
                if (Nearness.isNearest(waiter.near, free.worker.server(), servers)) {
                    best = waiter;
                    break;
                }
            }
        }
        if (longest == null) {
            return;
        }
        if (best == null) {
            best = longest;
        } else if (best != longest) {
            longest.passedOver++;
        }
        waiting.remove(best);
        best.woken.signal();
    }

    private List<String> servers() {
        return members.stream().map(member -> member.worker.server()).distinct().toList();
    }

    private boolean shuns(@Nullable String avoid, PooledWorker member) {
        return member.worker.name().equals(avoid) && workers.getAsInt() > 1;
    }

    private void retire(PooledWorker pooled) {
        pooled.retired = true;
        members.remove(pooled);
    }

    private static void end(PooledWorker pooled) {
        pooled.client.close();
        pooled.worker.close();
    }

    /**
     * Waits for a worker with room, if possible another than the one to avoid, and one on the
     * server that is near.
     *
     * @param near what of the store the request is about; "" for nothing
     * @throws PfsException workers cannot be started
     */
    Lease acquire(@Nullable String avoid, String near) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Waiter waiter = new Waiter(avoid, near, lock.newCondition());
            for (boolean first = true; ; first = false) {
                if (closed) {
                    throw new PfsException(ErrorCode.STOPPED, "the workers were stopped");
                }
                PooledWorker free = freest(avoid, near);
                if (free != null) {
                    free.inFlight++;
                    return new Lease(free);
                }
                PfsException failure = startFailure;
                if (failure != null && starting == 0 && members.isEmpty()) {
                    throw failure;
                }
                if (members.size() + starting < workers.getAsInt() && failure == null) {
                    starting++;
                    Thread.ofVirtual().name("start worker").start(this::startOne);
                }
                awaitTurn(waiter, first);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Another worker, if one has nothing to do and nobody waits for it. */
    Optional<Lease> spare(String other) {
        lock.lock();
        try {
            PooledWorker free = closed || !waiting.isEmpty() ? null : freest(other, "");
            if (free == null || free.inFlight > 0 || free.worker.name().equals(other)) {
                return Optional.empty();
            }
            free.inFlight++;
            return Optional.of(new Lease(free));
        } finally {
            lock.unlock();
        }
    }

    /** The one with least to do; of several, one that is near. */
    private @Nullable PooledWorker freest(@Nullable String avoid, String near) {
        long now = System.nanoTime();
        List<String> servers = near.isEmpty() ? List.of() : servers();
        PooledWorker best = null;
        long least = Long.MAX_VALUE;
        for (PooledWorker member : members) {
            if (member.free(now) && !shuns(avoid, member)) {
                boolean nearest = Nearness.isNearest(near, member.worker.server(), servers);
                long cost = 2L * member.inFlight - (nearest ? 1 : 0);
                if (cost < least) {
                    least = cost;
                    best = member;
                }
            }
        }
        return best;
    }

    /** Until it is woken, or a worker's pause is over; who was woken in vain is the next again. */
    private void awaitTurn(Waiter waiter, boolean first) throws InterruptedException {
        if (first) {
            waiting.addLast(waiter);
        } else {
            waiting.addFirst(waiter);
        }
        long pause = nanosToNextPauseEnd();
        try {
            if (pause == Long.MAX_VALUE) {
                waiter.woken.await();
            } else {
                waiter.woken.awaitNanos(Math.max(pause, 100_000));
            }
            waiting.remove(waiter);
        } catch (InterruptedException e) {
            if (!waiting.remove(waiter)) {
                // It was woken, and leaves what it was woken for to the others.
                wakeAll();
            }
            throw e;
        }
    }

    private long nanosToNextPauseEnd() {
        long now = System.nanoTime();
        long pause = Long.MAX_VALUE;
        for (PooledWorker member : members) {
            long left = member.nanosToPauseEnd(now);
            pause = left > 0 ? Math.min(pause, left) : pause;
        }
        return pause;
    }

    private void startOne() {
        PooledWorker started = null;
        PfsException failure = null;
        try {
            started = start.start();
        } catch (PfsException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new PfsException(ErrorCode.STOPPED, "cannot start a worker: " + e, null, e);
        }
        boolean unwanted;
        lock.lock();
        try {
            starting--;
            unwanted = closed;
            if (started != null && !unwanted) {
                members.add(started);
            }
            if (failure != null) {
                startFailure = failure;
            }
            wakeAll();
        } finally {
            lock.unlock();
        }
        if (started != null && unwanted) {
            end(started);
        }
    }

    private boolean stopped() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void log(String worker, String line) {
        sinks.forEach(sink -> sink.line(worker, line));
    }

    /** Stops all workers; requests in flight fail. */
    @Override
    public void close() {
        List<PooledWorker> ended;
        lock.lock();
        try {
            closed = true;
            ended = List.copyOf(members);
            members.clear();
            wakeAll();
        } finally {
            lock.unlock();
        }
        Endings.all(ended.stream().map(w -> (Runnable) () -> end(w)).toList());
    }
}
