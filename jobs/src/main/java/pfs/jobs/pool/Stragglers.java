package pfs.jobs.pool;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request a second time, to a worker that has nothing to do, when it takes much longer than
 * the others of its stage: the backup tasks of MapReduce (Dean and Ghemawat, OSDI 2004, 3.6). The
 * first whole answer counts, the other is dropped. Thread-safe; closing it ends what is under way.
 */
public final class Stragglers implements AutoCloseable {
    private static final long CHECK_MILLIS = 250;

    /** A request must have taken so long, and so many times its stage's median. */
    private static final long LEAST_NANOS = 2_000_000_000L;

    private static final int TIMES_MEDIAN = 4;

    private final WorkerPool pool;
    private final Map<String, Durations> stages = new ConcurrentHashMap<>();
    private final Set<Watched<?>> watched = ConcurrentHashMap.newKeySet();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param active whether requests are ever sent twice
     */
    public Stragglers(WorkerPool pool, boolean active) {
        this.pool = pool;
        this.closed = !active;
        if (active) {
            threads.add(Thread.ofVirtual().name("stragglers").start(this::check));
        }
    }

    /** How long the last requests of a stage took. Thread-safe. */
    private static final class Durations {
        private static final int KEPT = 64;
        private static final int ENOUGH = 8;

        private final long[] nanos = new long[KEPT];
        private int count;

        synchronized void add(long duration) {
            nanos[count++ % KEPT] = duration;
        }

        /** From how long on a request is late; never, as long as little is known. */
        synchronized long late() {
            if (count < ENOUGH) {
                return Long.MAX_VALUE;
            }
            long[] sorted = Arrays.copyOf(nanos, Math.min(count, KEPT));
            Arrays.sort(sorted);
            return Math.max(LEAST_NANOS, TIMES_MEDIAN * sorted[sorted.length / 2]);
        }
    }

    /** Sends the request to another worker; empty if that gave no answer that counts. */
    @FunctionalInterface
    interface Again<T> {
        Optional<T> send(WorkerPool.Lease lease) throws IOException;
    }

    /** Watches a request that the calling thread is about to send; the thread closes it. */
    <T> Watched<T> watch(String stage, String worker, Again<T> again) {
        Watched<T> request = new Watched<>(stage, worker, again);
        if (!closed) {
            watched.add(request);
        }
        return request;
    }

    /** A request under way. */
    final class Watched<T> implements AutoCloseable {
        private final String stage;
        private final String worker;
        private final Again<T> again;
        private final Thread sender = Thread.currentThread();
        private final long start = System.nanoTime();
        private boolean ended;
        private boolean sentAgain;
        private boolean toldToGiveUp;
        private @Nullable T second;

        private Watched(String stage, String worker, Again<T> again) {
            this.stage = stage;
            this.worker = worker;
            this.again = again;
        }

        /**
         * What the second worker answered, if it was first; from now on it cannot be any more. The
         * sender's interrupt, which told it to give up, is taken back.
         */
        synchronized Optional<T> overtaken() {
            end();
            return Optional.ofNullable(second);
        }

        private void end() {
            ended = true;
            if (toldToGiveUp) {
                Thread.interrupted();
                toldToGiveUp = false;
            }
        }

        /** The request was answered by whom it was sent to. */
        void answered() {
            stages.computeIfAbsent(stage, _ -> new Durations()).add(System.nanoTime() - start);
        }

        private synchronized void overtake(T answer) {
            if (!ended) {
                second = answer;
                ended = true;
                toldToGiveUp = true;
                sender.interrupt();
            }
        }

        private synchronized boolean isLate(long now) {
            Durations others = stages.get(stage);
            return !ended
                    && !sentAgain
                    && now - start > LEAST_NANOS
                    && others != null
                    && now - start > others.late();
        }

        private synchronized void markSentAgain() {
            sentAgain = true;
        }

        private void sendTo(WorkerPool.Lease lease) {
            try (lease) {
                Optional<T> answer = again.send(lease);
                if (answer.isPresent()) {
                    lease.succeeded();
                    overtake(answer.get());
                }
            } catch (IOException | RuntimeException e) {
                // The first one goes on; whoever sent it learns how it ends.
                return;
            }
        }

        @Override
        public void close() {
            watched.remove(this);
            synchronized (this) {
                end();
            }
        }
    }

    private void check() {
        while (!closed) {
            try {
                Thread.sleep(CHECK_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            for (Watched<?> request : watched) {
                if (request.isLate(now)) {
                    pool.spare(request.worker).ifPresent(lease -> startSecond(request, lease));
                }
            }
        }
    }

    private void startSecond(Watched<?> request, WorkerPool.Lease lease) {
        request.markSentAgain();
        Thread thread =
                Thread.ofVirtual()
                        .name("second")
                        .unstarted(
                                () -> {
                                    try {
                                        request.sendTo(lease);
                                    } finally {
                                        threads.remove(Thread.currentThread());
                                    }
                                });
        threads.add(thread);
        thread.start();
    }

    /** Ends the requests that were sent a second time, and waits until they have ended. */
    @Override
    public void close() {
        closed = true;
        Thread[] left = threads.toArray(Thread[]::new);
        for (Thread thread : left) {
            thread.interrupt();
        }
        boolean interrupted = false;
        for (Thread thread : left) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
