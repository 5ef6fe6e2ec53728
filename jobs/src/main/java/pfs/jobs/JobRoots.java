package pfs.jobs;

import java.util.List;
import pfs.jobs.memo.Result;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.RunRecord;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.repo.Roots;

/**
 * What jobs need of the objects: the results that are remembered, and the inputs of runs that have
 * not ended. Garbage collection keeps it.
 */
public final class JobRoots implements Roots {
    private static final Key RESULTS = Key.of("memo", "");
    private static final int PAGE = 1000;

    private final MetaStore meta;
    private final Runnable flush;

    /** As the metadata have it: of a store in which no jobs run. */
    public JobRoots(MetaStore meta) {
        this(meta, () -> {});
    }

    /**
     * @param flush writes to the metadata what is remembered but not written yet
     */
    JobRoots(MetaStore meta, Runnable flush) {
        this.meta = meta;
        this.flush = flush;
    }

    @Override
    public void visit(Visitor visitor) {
        flush.run();
        for (RunRecord run : new JobStore(meta).unfinished()) {
            visitor.files(ObjectId.parse(run.inputCommit()));
        }
        Key after = RESULTS;
        for (List<MetaStore.Pair> page = meta.scan(RESULTS, after, PAGE);
                !page.isEmpty();
                page = meta.scan(RESULTS, after, PAGE)) {
            for (MetaStore.Pair pair : page) {
                Result result = Result.decode(pair.value().value());
                result.outputs().forEach(output -> visitor.content(output.content()));
            }
            after = page.getLast().key();
        }
    }
}
