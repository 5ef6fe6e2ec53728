package pfs.jobs;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.jobs.engine.BadInputs;
import pfs.jobs.engine.Progress;
import pfs.jobs.engine.RunEngine;
import pfs.jobs.engine.RunLog;
import pfs.jobs.store.RunRecord;

/** A run of this server that has not ended, or ended just now. Thread-safe. */
final class ActiveRun {
    private final Progress progress = new Progress();
    private final RunLog log;
    private final CountDownLatch ended = new CountDownLatch(1);
    private RunRecord record;
    private @Nullable BadInputs bad;
    private @Nullable Thread thread;
    private boolean cancelled;

    ActiveRun(RunRecord record, RunLog log) {
        this.record = record;
        this.log = log;
    }

    Progress progress() {
        return progress;
    }

    RunLog log() {
        return log;
    }

    synchronized void bad(BadInputs inputs) {
        bad = inputs;
    }

    /** The record with the progress of this moment. */
    synchronized RunRecord record() {
        if (record.state().ended()) {
            return record;
        }
        List<RunRecord.BadInput> failures = bad == null ? List.of() : RunEngine.shown(bad);
        return record.withProgress(RunEngine.shown(progress), failures);
    }

    synchronized void record(RunRecord next) {
        record = next;
    }

    synchronized void thread(Thread executing) {
        thread = executing;
        if (cancelled) {
            executing.interrupt();
        }
    }

    synchronized boolean cancelled() {
        return cancelled;
    }

    /** Asks the run to end; it ends in a moment. */
    synchronized void cancel() {
        cancelled = true;
        interrupt();
    }

    /** Ends its thread, as a server does that shuts down; the run goes on after the next start. */
    synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    void end() {
        ended.countDown();
    }

    boolean awaitEnd(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }
}
