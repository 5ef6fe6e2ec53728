package pfs.jobs;

import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.spec.Input;
import pfs.jobs.store.Job;
import pfs.jobs.store.JobStore;
import pfs.jobs.workspace.Workspace;
import pfs.repo.Commit;

/** Which commit a job reads, and which one it made of it. Immutable but for the stores below. */
final class Heads {
    private final Workspace workspace;
    private final JobStore store;

    Heads(Workspace workspace, JobStore store) {
        this.workspace = workspace;
        this.store = store;
    }

    /**
     * The commit to run on.
     *
     * @param commit a ref expression on the input's branch; null: its head
     * @throws PfsException NO_SUCH_REF; IMPOSSIBLE when the branch has no commit
     */
    Commit input(Job job, @Nullable String commit) {
        Input input = job.spec().input();
        String repo = input.sourceRepo(job.repo());
        if (commit != null) {
            return workspace.resolve(repo, commit, input.sourceBranch());
        }
        return workspace
                .head(repo, input.sourceBranch())
                .orElseThrow(
                        () ->
                                new PfsException(
                                        ErrorCode.IMPOSSIBLE,
                                        "job '"
                                                + job.name()
                                                + "' has nothing to run on: branch '"
                                                + input.sourceBranch()
                                                + "' of repo '"
                                                + repo
                                                + "' has no commit",
                                        input.sourceBranch()));
    }

    /**
     * The commit of a job's output.
     *
     * @param job null, or there: only needed with an input
     * @param input a ref expression on the input's branch; null: the newest output
     * @throws PfsException NO_SUCH_REF when there is no such output
     */
    Commit output(String repo, String name, @Nullable Job job, @Nullable String input) {
        String branch = Input.OUTPUT_BRANCH_PREFIX + name;
        if (job == null || input == null) {
            return workspace
                    .head(repo, branch)
                    .orElseThrow(
                            () ->
                                    new PfsException(
                                            ErrorCode.NO_SUCH_REF,
                                            "job '" + name + "' has no output yet",
                                            branch));
        }
        Commit source = input(job, input);
        String made =
                store.output(repo, name, source.id().toString())
                        .orElseThrow(
                                () ->
                                        new PfsException(
                                                ErrorCode.NO_SUCH_REF,
                                                "job '"
                                                        + name
                                                        + "' has no output of input commit "
                                                        + source.id(),
                                                input));
        return workspace.resolve(repo, made, branch);
    }
}
