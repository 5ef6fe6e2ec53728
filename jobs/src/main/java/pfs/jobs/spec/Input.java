package pfs.jobs.spec;

import org.jspecify.annotations.Nullable;

/** Where a job's input comes from. */
public sealed interface Input {
    /**
     * Files of a branch.
     *
     * @param repo null: the job's own repo
     * @param path a file, a directory (all files below it) or a glob, without a slash in front; ""
     *     is everything
     */
    record Files(@Nullable String repo, String branch, String path) implements Input {}

    /** All output of another job of the same repo. */
    record OfJob(String job) implements Input {}

    /** The prefix of the branches that runs write. */
    String OUTPUT_BRANCH_PREFIX = "jobs/";

    /** The branch whose commits are the input's versions. */
    default String sourceBranch() {
        return switch (this) {
            case Files files -> files.branch();
            case OfJob of -> OUTPUT_BRANCH_PREFIX + of.job();
        };
    }

    /** The path, directory or glob within the source branch. */
    default String sourcePath() {
        return switch (this) {
            case Files files -> files.path();
            case OfJob _ -> "";
        };
    }

    /** The repo of the source, for a job of {@code own}. */
    default String sourceRepo(String own) {
        return this instanceof Files(String repo, _, _) && repo != null ? repo : own;
    }
}
