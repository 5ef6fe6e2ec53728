package pfs.jobs;

import java.util.List;
import java.util.function.Consumer;
import pfs.jobs.memo.Result;
import pfs.jobs.memo.Slice;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.KeptLog;
import pfs.jobs.store.RunRecord;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.repo.Roots;

/**
 * What jobs need of the objects: the results that are remembered, the inputs of runs that have not
 * ended, and the logs. Garbage collection keeps it.
 */
public final class JobRoots implements Roots {
    private static final Key RESULTS = Key.of("memo", "");
    private static final Key SLICES = Key.of("slice", "");
    private static final Key LOGS = Key.of("runlog", "");
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
        scan(RESULTS, value -> results(value, visitor));
        scan(
                LOGS,
                value ->
                        KeptLog.decode(value)
                                .stints()
                                .forEach(stint -> stint.pieces().forEach(visitor::content)));
        scan(SLICES, value -> visitor.content(Slice.decode(value).content()));
    }

    private static void results(Bytes value, Visitor visitor) {
        Result.decode(value).outputs().forEach(output -> visitor.content(output.content()));
    }

    private void scan(Key prefix, Consumer<Bytes> values) {
        Key after = prefix;
        for (List<MetaStore.Pair> page = meta.scan(prefix, after, PAGE);
                !page.isEmpty();
                page = meta.scan(prefix, after, PAGE)) {
            page.forEach(pair -> values.accept(pair.value().value()));
            after = page.getLast().key();
        }
    }
}
