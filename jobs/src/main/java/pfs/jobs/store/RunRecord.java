package pfs.jobs.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.jobs.spec.JobSpec;

/**
 * A run as it is kept. Immutable.
 *
 * @param id 20 digits: the time it was asked for and a random number, so that ids are in order
 * @param inputCommit the commit it reads, 64 hex digits
 * @param trigger what started it: run, commit
 * @param program the image digest or the hash of the program's files; null until it is known
 * @param created milliseconds since 1970, as all times here; 0: not yet
 * @param error null unless it failed
 * @param bad inputs that failed for good, the first thousand
 * @param outputCommit null unless it succeeded
 */
public record RunRecord(
        String id,
        String repo,
        String job,
        int specVersion,
        JobSpec spec,
        String inputRepo,
        String inputCommit,
        String trigger,
        RunState state,
        @Nullable String program,
        @Nullable String platform,
        long created,
        long started,
        long ended,
        RunProgress progress,
        @Nullable String error,
        List<BadInput> bad,
        @Nullable String outputCommit) {
    /** An input that failed for good. */
    public record BadInput(String input, String reason) {}

    public RunRecord {
        bad = List.copyOf(bad);
    }

    /** A run of a job that was just asked for. */
    public static RunRecord queued(
            String id, Job job, String inputCommit, String trigger, long now) {
        return new RunRecord(
                id,
                job.repo(),
                job.name(),
                job.version(),
                job.spec(),
                job.spec().input().sourceRepo(job.repo()),
                inputCommit,
                trigger,
                RunState.QUEUED,
                null,
                null,
                now,
                0,
                0,
                RunProgress.NONE,
                null,
                List.of(),
                null);
    }

    public RunRecord running(long now) {
        return new RunRecord(
                id,
                repo,
                job,
                specVersion,
                spec,
                inputRepo,
                inputCommit,
                trigger,
                RunState.RUNNING,
                program,
                platform,
                created,
                started == 0 ? now : started,
                0,
                progress,
                null,
                bad,
                null);
    }

    public RunRecord withProgram(String newProgram, String newPlatform) {
        return new RunRecord(
                id,
                repo,
                job,
                specVersion,
                spec,
                inputRepo,
                inputCommit,
                trigger,
                state,
                newProgram,
                newPlatform,
                created,
                started,
                ended,
                progress,
                error,
                bad,
                outputCommit);
    }

    public RunRecord withProgress(RunProgress newProgress, List<BadInput> newBad) {
        return new RunRecord(
                id,
                repo,
                job,
                specVersion,
                spec,
                inputRepo,
                inputCommit,
                trigger,
                state,
                program,
                platform,
                created,
                started,
                ended,
                newProgress,
                error,
                newBad,
                outputCommit);
    }

    public RunRecord succeeded(long now, String commit) {
        return ended(RunState.SUCCEEDED, now, null, commit);
    }

    public RunRecord failed(long now, String message) {
        return ended(RunState.FAILED, now, message, null);
    }

    public RunRecord cancelled(long now) {
        return ended(RunState.CANCELLED, now, null, null);
    }

    private RunRecord ended(
            RunState end, long now, @Nullable String message, @Nullable String commit) {
        return new RunRecord(
                id,
                repo,
                job,
                specVersion,
                spec,
                inputRepo,
                inputCommit,
                trigger,
                end,
                program,
                platform,
                created,
                started,
                now,
                progress,
                message,
                bad,
                commit);
    }
}
