package pfs.jobs.engine;

import java.util.Optional;
import java.util.concurrent.Callable;
import pfs.jobs.memo.Memo;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.pool.Attempts;
import pfs.jobs.pool.TaskException;
import pfs.jobs.record.Spills;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.workspace.Workspace;
import pfs.object.ObjectId;

/** What all stages of one run share. Thread-safe. */
record RunContext(
        RunPlan plan,
        Runtime.Program program,
        Workspace workspace,
        Memo memo,
        Attempts attempts,
        Tasks tasks,
        Spills spills,
        Progress progress,
        Rechecks rechecks,
        long taskMemory) {
    /**
     * What took so long is worth keeping before the next is begun; what is quick would be held up.
     */
    private static final long SLOW_NANOS = 50_000_000;

    /** What all memo keys of a stage begin with; without a memo, only this run finds them again. */
    ObjectId stage(String name) {
        ObjectId stage = MemoKey.ofStage(name, program);
        return plan.spec().memo() ? stage : MemoKey.below(stage).text(plan.id()).id();
    }

    Runs runs(long memory) {
        return new Runs(workspace, spills, memory);
    }

    /** The remembered result, or the work's, which is remembered. */
    Result remembered(ObjectId key, Progress.Stage stage, String label, Callable<Result> work)
            throws Exception {
        Optional<Result> known = memo.result(key);
        Result result;
        if (known.isPresent()) {
            result = known.get();
            if (rechecks.wanted(key)) {
                rechecks.compare(label, result, work.call());
            }
            stage.reused.increment();
        } else {
            long start = System.nanoTime();
            result = work.call();
            memo.put(key, result);
            if (System.nanoTime() - start > SLOW_NANOS) {
                memo.awaitDurable(key);
            }
        }
        stage.done.increment();
        progress.count(result.counters());
        return result;
    }

    /** Sends and fails the whole run when the task fails. */
    static RunFailure failure(String label, TaskException e) {
        return new RunFailure(label + " failed: " + e.getMessage());
    }
}
