package pfs.jobs;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.engine.BadInputs;
import pfs.jobs.engine.RunEngine;
import pfs.jobs.engine.RunFailure;
import pfs.jobs.engine.RunPlan;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.Workspace;
import pfs.repo.Commit;
import pfs.repo.Lease;

/**
 * Executes runs: those of one job in their order, of different jobs side by side, a few at once.
 * Thread-safe.
 */
final class RunQueue {
    private static final int AT_ONCE = 4;
    private static final long TICK_MILLIS = 1_000;

    private final Workspace workspace;
    private final JobStore store;
    private final @Nullable RunEngine engine;
    private final InstantSource clock;
    private final Consumer<ActiveRun> whenEnded;
    private final Semaphore room = new Semaphore(AT_ONCE, true);
    private final Map<String, Deque<ActiveRun>> waiting = new HashMap<>();
    private int threads;
    private boolean closed;

    RunQueue(
            Workspace workspace,
            JobStore store,
            @Nullable RunEngine engine,
            InstantSource clock,
            Consumer<ActiveRun> whenEnded) {
        this.workspace = workspace;
        this.store = store;
        this.engine = engine;
        this.clock = clock;
        this.whenEnded = whenEnded;
    }

    synchronized void add(ActiveRun run) {
        if (closed) {
            throw new PfsException(ErrorCode.STOPPED, "the server is stopping");
        }
        RunRecord record = run.record();
        String job = record.repo() + "/" + record.job();
        Deque<ActiveRun> line = waiting.get(job);
        if (line != null) {
            line.addLast(run);
            return;
        }
        line = new ArrayDeque<>();
        line.addLast(run);
        waiting.put(job, line);
        threads++;
        Deque<ActiveRun> mine = line;
        Thread.ofVirtual().name("runs of " + job).start(() -> serve(job, mine));
    }

    private void serve(String job, Deque<ActiveRun> line) {
        for (ActiveRun run = next(job, line); run != null; run = next(job, line)) {
            run.thread(Thread.currentThread());
            try {
                room.acquire();
                try {
                    execute(run);
                } finally {
                    room.release();
                }
            } catch (InterruptedException e) {
                ended(run, run.cancelled() ? run.record().cancelled(clock.millis()) : null);
            }
            // An interrupt was for this run, not for the next one.
            Thread.interrupted();
        }
    }

    private synchronized @Nullable ActiveRun next(String job, Deque<ActiveRun> line) {
        ActiveRun run = closed ? null : line.pollFirst();
        if (run == null) {
            waiting.remove(job);
            threads--;
            notifyAll();
        }
        return run;
    }

    private void execute(ActiveRun run) throws InterruptedException {
        RunRecord started = run.record().running(clock.millis());
        run.record(started);
        store.put(started);
        Thread ticker = Thread.ofVirtual().name("progress").start(() -> tick(run));
        RunRecord end = null;
        String commit = null;
        try {
            commit = publish(run).id().toString();
            end = run.record().succeeded(clock.millis(), commit);
        } catch (InterruptedException e) {
            end = run.cancelled() ? run.record().cancelled(clock.millis()) : null;
        } catch (RunFailure | PfsException e) {
            end = interruptedOr(run, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            end = interruptedOr(run, "the run failed by a fault of pfs: " + e);
            if (end != null && end.error() != null) {
                System.getLogger(RunQueue.class.getName())
                        .log(System.Logger.Level.ERROR, "run " + started.id(), e);
            }
        } finally {
            ticker.interrupt();
            ticker.join();
            ended(run, end);
        }
    }

    /** What fails because the run was cancelled, or the server stops, is no failure of the run. */
    private @Nullable RunRecord interruptedOr(ActiveRun run, String message) {
        if (run.cancelled()) {
            return run.record().cancelled(clock.millis());
        }
        synchronized (this) {
            return closed ? null : run.record().failed(clock.millis(), message);
        }
    }

    private Commit publish(ActiveRun run) throws Exception {
        RunRecord record = run.record();
        Commit input = workspace.resolve(record.inputRepo(), record.inputCommit(), "master");
        RunPlan plan =
                new RunPlan(
                        record.id(),
                        record.repo(),
                        record.job(),
                        record.spec(),
                        record.specVersion(),
                        record.inputRepo(),
                        input);
        RunEngine.Observer observer =
                new RunEngine.Observer() {
                    @Override
                    public void program(Runtime.Program program) {
                        run.record(run.record().withProgram(program.id(), program.platform()));
                    }

                    @Override
                    public void bad(BadInputs inputs) {
                        run.bad(inputs);
                    }
                };
        // Until the output is published, nothing but this names what the run has stored.
        try (Lease _ = workspace.lease()) {
            return Objects.requireNonNull(engine)
                    .execute(plan, run.progress(), run.log(), observer);
        }
    }

    private void tick(ActiveRun run) {
        try {
            while (true) {
                Thread.sleep(TICK_MILLIS);
                note(run);
            }
        } catch (InterruptedException e) {
            // The run has ended.
        }
    }

    private void note(ActiveRun run) {
        try {
            store.put(run.record());
        } catch (PfsException e) {
            // The next tick, or the end, writes it.
        }
    }

    /**
     * @param end null: it did not end, but this server does
     */
    private void ended(ActiveRun run, @Nullable RunRecord end) {
        try {
            if (end != null) {
                if (end.error() != null) {
                    run.log().line("pfs", end.error());
                }
                String commit = end.outputCommit();
                run.record(end);
                if (commit != null) {
                    store.putSucceeded(end, commit);
                } else {
                    store.put(end);
                }
            }
        } finally {
            run.log().close();
            whenEnded.accept(run);
            run.end();
        }
    }

    synchronized void close() {
        closed = true;
        for (Deque<ActiveRun> line : waiting.values()) {
            line.forEach(ActiveRun::end);
            line.clear();
        }
    }

    /** Waits until no run is under way. */
    synchronized void awaitIdle() {
        long deadline = System.nanoTime() + 2_000_000_000L;
        try {
            while (threads > 0 && System.nanoTime() < deadline) {
                wait(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
