package pfs.jobs.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.BadAnswerException;
import pfs.jobs.worker.Request;
import pfs.jobs.worker.Watchdog;
import pfs.jobs.worker.WorkerClient;

/**
 * The workers of one program. They are started when they are first wanted, replaced when they die,
 * and asked for no more than they can do. Thread-safe.
 */
public final class WorkerPool implements AutoCloseable {
    private static final Duration HEALTHY = Duration.ofSeconds(60);
    private static final Duration ENGINE_PATIENCE = Duration.ofSeconds(60);
    private static final long HEALTH_OUTPUT = 1 << 20;

    private final Runtime runtime;
    private final Runtime.Program program;
    private final int workers;
    private final int concurrency;
    private final Watchdog watchdog;
    private final Set<Runtime.LogSink> sinks = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<PooledWorker> members = new ArrayList<>();
    private int starting;

    /** Those who wait for a worker; of them, for another than one that failed them. */
    private int waiting;

    private int avoiding;

    private boolean closed;
    private @Nullable PfsException startFailure;

    public WorkerPool(Runtime runtime, Runtime.Program program, int workers, Watchdog watchdog) {
        this.runtime = runtime;
        this.program = program;
        this.workers = workers;
        this.concurrency = program.spec().concurrency();
        this.watchdog = watchdog;
    }

    public Runtime.Program program() {
        return program;
    }

    /** Requests that can be in flight at most. */
    public int slots() {
        return workers * concurrency;
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
                    changed.signalAll();
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
                if (avoiding > 0 || pooled.retired) {
                    changed.signalAll();
                } else {
                    // Whoever waits can use it, so one is enough.
                    changed.signal();
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
            changed.signalAll();
        } finally {
            lock.unlock();
        }
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
     * Waits for a worker with room, if possible another than the one to avoid.
     *
     * @throws PfsException workers cannot be started
     */
    Lease acquire(@Nullable String avoid) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (closed) {
                    throw new PfsException(ErrorCode.STOPPED, "the workers were stopped");
                }
                PooledWorker free = freest(avoid);
                if (free != null) {
                    free.inFlight++;
                    return new Lease(free);
                }
                PfsException failure = startFailure;
                if (failure != null && starting == 0 && members.isEmpty()) {
                    throw failure;
                }
                if (members.size() + starting < workers && failure == null) {
                    starting++;
                    Thread.ofVirtual().name("start worker").start(this::startOne);
                }
                awaitChange(avoid);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Another worker, if one has nothing to do and nobody waits for it. */
    Optional<Lease> spare(String other) {
        lock.lock();
        try {
            PooledWorker free = closed || waiting > 0 ? null : freest(other);
            if (free == null || free.inFlight > 0 || free.worker.name().equals(other)) {
                return Optional.empty();
            }
            free.inFlight++;
            return Optional.of(new Lease(free));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable PooledWorker freest(@Nullable String avoid) {
        long now = System.nanoTime();
        PooledWorker best = null;
        for (PooledWorker member : members) {
            boolean shunned = member.worker.name().equals(avoid) && workers > 1;
            if (member.free(now) && !shunned && (best == null || member.inFlight < best.inFlight)) {
                best = member;
            }
        }
        return best;
    }

    private void awaitChange(@Nullable String avoid) throws InterruptedException {
        long now = System.nanoTime();
        long pause = Long.MAX_VALUE;
        for (PooledWorker member : members) {
            long left = member.nanosToPauseEnd(now);
            pause = left > 0 ? Math.min(pause, left) : pause;
        }
        waiting++;
        avoiding += avoid == null ? 0 : 1;
        try {
            if (pause == Long.MAX_VALUE) {
                changed.await();
            } else {
                changed.awaitNanos(Math.max(pause, 100_000));
            }
        } finally {
            waiting--;
            avoiding -= avoid == null ? 0 : 1;
        }
    }

    private void startOne() {
        PooledWorker started = null;
        PfsException failure = null;
        try {
            started = startHealthy();
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
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (started != null && unwanted) {
            end(started);
        }
    }

    private PooledWorker startHealthy() {
        long deadline = System.nanoTime() + ENGINE_PATIENCE.toNanos();
        while (true) {
            try {
                Worker worker = runtime.start(program, this::log);
                return awaitHealth(worker);
            } catch (PfsException e) {
                // An engine that restarts is worth waiting for; a refusal is not.
                if (e.code() != ErrorCode.STOPPED || System.nanoTime() > deadline || stopped()) {
                    throw e;
                }
                pause(500);
            }
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

    private PooledWorker awaitHealth(Worker worker) {
        WorkerClient probe =
                new WorkerClient(
                        worker.dialer(),
                        watchdog,
                        new WorkerClient.Timeouts(
                                Duration.ofSeconds(10), Duration.ofSeconds(10), HEALTH_OUTPUT));
        long start = System.nanoTime();
        long pause = 2;
        String last = "";
        try {
            while (System.nanoTime() - start < HEALTHY.toNanos() && !stopped()) {
                last = obstacle(probe);
                if (last.isEmpty()) {
                    return healthy(worker);
                }
                Optional<Worker.Exit> exit = pause > 30 ? worker.exit() : Optional.empty();
                if (exit.isPresent()) {
                    throw unhealthy(worker, "the container " + exit.get().text());
                }
                pause(pause);
                pause = Math.min(pause * 2, 100);
            }
        } finally {
            probe.close();
        }
        throw unhealthy(
                worker,
                "the container was not ready within " + HEALTHY.toSeconds() + " s: " + last);
    }

    /** Why a worker is not ready; "" if it is: any answer but 503 will do. */
    private static String obstacle(WorkerClient probe) {
        try {
            int status = probe.exchange(Request.get("/health"), a -> a.status());
            return status == 503 ? "GET /health answers 503" : "";
        } catch (BadAnswerException e) {
            String message = String.valueOf(e.getMessage());
            return message.startsWith("the answer has neither") ? "" : message;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private PooledWorker healthy(Worker worker) {
        var limits = program.spec().limits();
        return new PooledWorker(
                worker,
                new WorkerClient(
                        worker.dialer(),
                        watchdog,
                        new WorkerClient.Timeouts(limits.idle(), limits.total(), limits.output())),
                concurrency);
    }

    private static PfsException unhealthy(Worker worker, String what) {
        worker.close();
        String words = worker.lastWords();
        return new PfsException(
                ErrorCode.IMPOSSIBLE,
                what + (words.isEmpty() ? "; it wrote nothing" : "; it wrote:\n" + words));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.STOPPED, "interrupted while starting a worker");
        }
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
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        Endings.all(ended.stream().map(w -> (Runnable) () -> end(w)).toList());
    }
}
