package pfs.jobs;

import java.util.ArrayList;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.spec.Input;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.store.JobStore;

/** Which job's output is which job's input. Immutable but for the store below. */
final class JobGraph {
    private final JobStore store;

    JobGraph(JobStore store) {
        this.store = store;
    }

    /** INVALID_REQUEST if the job's input would come from the job itself, by whatever way. */
    void refuseCycle(String repo, String name, JobSpec spec) {
        List<String> way = new ArrayList<>(List.of(shown(repo, name)));
        String atRepo = repo;
        JobSpec at = spec;
        while (at.input().sourceBranch().startsWith(Input.OUTPUT_BRANCH_PREFIX)) {
            String upRepo = at.input().sourceRepo(atRepo);
            String up = at.input().sourceBranch().substring(Input.OUTPUT_BRANCH_PREFIX.length());
            String shown = shown(upRepo, up);
            boolean seen = way.contains(shown);
            way.add(shown);
            if (seen) {
                throw new PfsException(
                        ErrorCode.INVALID_REQUEST,
                        "field 'input' makes a cycle of jobs: " + String.join(" reads ", way),
                        "input");
            }
            var job = store.find(upRepo, up);
            if (job.isEmpty()) {
                return;
            }
            atRepo = upRepo;
            at = job.get().spec();
        }
    }

    private static String shown(String repo, String name) {
        return repo + "/" + name;
    }
}
