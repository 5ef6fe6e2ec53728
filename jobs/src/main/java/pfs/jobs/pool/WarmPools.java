package pfs.jobs.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.Limits;
import pfs.jobs.spec.Network;
import pfs.jobs.worker.Watchdog;

/** Keeps the workers of a finished run for a while, for the next run. Thread-safe. */
public final class WarmPools implements AutoCloseable {
    private final Runtime runtime;
    private final Duration warm;
    private final Watchdog watchdog = new Watchdog();
    private final Map<Kind, Shared> pools = new HashMap<>();
    private final Thread reaper;
    private boolean closed;

    /** What must be equal for workers to be of use to another run. */
    private record Kind(
            String program,
            List<String> command,
            Map<String, String> env,
            Limits limits,
            Network network,
            int parallel,
            int concurrency) {}

    private static final class Shared {
        final WorkerPool pool;
        int users;
        long idleSince;

        Shared(WorkerPool pool) {
            this.pool = pool;
        }
    }

    public WarmPools(Runtime runtime, Duration warm) {
        this.runtime = runtime;
        this.warm = warm;
        this.reaper = Thread.ofVirtual().name("warm-workers").start(this::reap);
    }

    /**
     * The workers of a program, shared with other runs of it; give them back by release.
     *
     * @param cores now: workers of a job that does not say how many
     */
    public synchronized WorkerPool acquire(Runtime.Program program, IntSupplier cores) {
        IntSupplier workers = () -> program.spec().workers(cores.getAsInt());
        Shared shared =
                pools.computeIfAbsent(
                        kind(program),
                        _ -> new Shared(new WorkerPool(runtime, program, workers, watchdog)));
        shared.users++;
        return shared.pool;
    }

    private static Kind kind(Runtime.Program program) {
        JobSpec spec = program.spec();
        return new Kind(
                program.id(),
                spec.command(),
                spec.env(),
                spec.limits(),
                spec.network(),
                spec.parallel(),
                spec.concurrency());
    }

    public synchronized void release(WorkerPool pool) {
        for (Shared shared : pools.values()) {
            if (shared.pool == pool) {
                shared.users--;
                shared.idleSince = System.nanoTime();
            }
        }
    }

    /** Ends the workers now when nobody else uses them: what they do is of no use any more. */
    public void discard(WorkerPool pool) {
        boolean unused;
        synchronized (this) {
            release(pool);
            unused = pools.values().removeIf(s -> s.pool == pool && s.users == 0);
        }
        if (unused) {
            pool.close();
        }
    }

    private void reap() {
        while (true) {
            try {
                Thread.sleep(Math.clamp(warm.toMillis() / 10, 10, 1000));
            } catch (InterruptedException e) {
                return;
            }
            takeIdle(warm.toNanos()).forEach(WorkerPool::close);
        }
    }

    private synchronized List<WorkerPool> takeIdle(long nanos) {
        List<WorkerPool> idle = new ArrayList<>();
        if (closed) {
            return idle;
        }
        long now = System.nanoTime();
        for (Iterator<Shared> i = pools.values().iterator(); i.hasNext(); ) {
            Shared shared = i.next();
            if (shared.users == 0 && now - shared.idleSince >= nanos) {
                idle.add(shared.pool);
                i.remove();
            }
        }
        return idle;
    }

    /** Ends all workers. */
    @Override
    public void close() {
        List<WorkerPool> all;
        synchronized (this) {
            closed = true;
            all = pools.values().stream().map(s -> s.pool).toList();
            pools.clear();
        }
        reaper.interrupt();
        Endings.all(all.stream().map(pool -> (Runnable) pool::close).toList());
        watchdog.close();
    }
}
