package pfs.jobs.engine;

import java.util.Optional;
import java.util.function.LongSupplier;
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
        LongSupplier memoryOfTask) {
    /** Makes a result, and gives it to the keeping before the next request is sent. */
    @FunctionalInterface
    interface Work {
        Result make(Keeping keeping) throws Exception;
    }

    /** What all memo keys of a stage begin with; without a memo, only this run finds them again. */
    ObjectId stage(String name) {
        ObjectId stage = MemoKey.ofStage(name, program);
        return plan.spec().memo() ? stage : MemoKey.below(stage).text(plan.id()).id();
    }

    /** Bytes for the sorting and merging of a task that begins now. */
    long taskMemory() {
        return memoryOfTask.getAsLong();
    }

    /** Runs of records; those that are written can be cut if the job combines. */
    Runs runs(long memory) {
        return new Runs(
                workspace, spills, memory, plan.spec().combine() == null ? null : cutTables());
    }

    CutTables cutTables() {
        return new CutTables(workspace, memo);
    }

    /** The remembered result, or the work's. */
    Result remembered(ObjectId key, Progress.Stage stage, String label, Work work)
            throws Exception {
        Optional<Result> known = memo.result(key);
        Result result;
        if (known.isPresent()) {
            result = known.get();
            if (rechecks.wanted(key)) {
                rechecks.compare(label, result, work.make(Keeping.nothing(memo)));
            }
            stage.reused.increment();
        } else {
            result = work.make(Keeping.under(memo, key));
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
