package pfs.jobs.engine;

import pfs.jobs.spec.JobSpec;
import pfs.repo.Commit;

/**
 * One run, as it was decided when it began.
 *
 * @param id unique in the repo
 * @param repo where the job and its output are
 * @param inputRepo where the input is
 */
public record RunPlan(
        String id,
        String repo,
        String job,
        JobSpec spec,
        int specVersion,
        String inputRepo,
        Commit input) {}
