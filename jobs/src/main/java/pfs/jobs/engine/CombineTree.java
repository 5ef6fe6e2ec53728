package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.pool.TaskException;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordSorter;
import pfs.jobs.record.RecordSource;
import pfs.jobs.worker.Request;
import pfs.object.ObjectId;

/**
 * Joins sorted runs by the combine route, in a tree of small fan-in whose nodes are remembered: the
 * contraction tree of Incoop (Bhatotia et al., SoCC 2011). Which runs a node joins depends on their
 * content, so an edit, an insert or a delete makes one path anew and leaves the rest.
 */
final class CombineTree {
    /** A node ends behind one child in so many, when it has at least two. */
    private static final int FAN_IN = 8;

    private static final int MOST_CHILDREN = 24;

    private final RunContext run;
    private final Framing framing;
    private final ObjectId stage;
    private final String route;

    CombineTree(RunContext run, Framing framing, String route) {
        this.run = run;
        this.framing = framing;
        this.route = "/" + route;
        this.stage = MemoKey.below(run.stage("combine")).text(route).text(framing.name()).id();
    }

    /** One run with the records of all, combined; or the only one as it is. */
    List<Content> join(List<Content> runs) throws InterruptedException {
        List<Content> level = runs;
        while (level.size() > 1) {
            List<CompletableFuture<Content>> nodes = new ArrayList<>();
            List<Content> children = new ArrayList<>();
            for (Content child : level) {
                children.add(child);
                boolean cut =
                        children.size() >= 2
                                && Long.remainderUnsigned(child.id().prefix(), FAN_IN) == 0;
                if (cut || children.size() == MOST_CHILDREN) {
                    nodes.add(node(List.copyOf(children)));
                    children.clear();
                }
            }
            if (!children.isEmpty()) {
                nodes.add(node(List.copyOf(children)));
            }
            List<Content> next = new ArrayList<>(nodes.size());
            for (CompletableFuture<Content> node : nodes) {
                next.add(run.tasks().await(node));
            }
            level = next.stream().filter(c -> c.size() > 0).toList();
        }
        run.progress().combines.allPlanned();
        return level;
    }

    private CompletableFuture<Content> node(List<Content> children) throws InterruptedException {
        if (children.size() == 1) {
            return CompletableFuture.completedFuture(children.getFirst());
        }
        MemoKey key = MemoKey.below(stage);
        children.forEach(c -> key.id(c.id()).number(c.depth()));
        ObjectId id = key.id();
        run.progress().combines.planned.increment();
        String label = "POST " + route + " of " + children.size() + " runs of records";
        return run.tasks()
                .submit(
                        () -> {
                            Result result =
                                    run.remembered(
                                            id,
                                            run.progress().combines,
                                            label,
                                            keeping -> combine(children, label, id, keeping));
                            return result.outputs().getFirst().content();
                        });
    }

    private Result combine(List<Content> children, String label, ObjectId task, Keeping keeping)
            throws Exception {
        long start = System.nanoTime();
        SortedMap<String, Long> counters = new TreeMap<>();
        Runs runs = run.runs(run.taskMemory());
        try (RecordSource merged = runs.merge(children);
                RecordSorter all = new RecordSorter(run.spills(), run.taskMemory())) {
            RangeCutter cutter =
                    new RangeCutter(merged, framing, false, false, run.spills(), Long.MAX_VALUE);
            Deque<Posted> posted = new ArrayDeque<>();
            try {
                int number = 0;
                for (KeyRange range = cutter.next(); range != null; range = cutter.next()) {
                    // The node's children determine what its n-th batch is.
                    ObjectId batch = MemoKey.below(task).number(number++).id();
                    posted.addLast(post(range, label, batch, keeping));
                    while (posted.size() > 2) {
                        take(posted.removeFirst(), all, counters);
                    }
                }
                while (!posted.isEmpty()) {
                    take(posted.removeFirst(), all, counters);
                }
            } finally {
                posted.forEach(p -> p.thread().interrupt());
            }
            Content stored = runs.write(all.sorted());
            Result result =
                    new Result(
                            framing,
                            all.count(),
                            counters,
                            List.of(new Result.Output(null, null, stored)));
            return keeping.kept(result, System.nanoTime() - start);
        }
    }

    private record Posted(CompletableFuture<Batch> answer, Thread thread) {}

    /** The answer to one batch: records in memory, or the stored run of one that took long. */
    private sealed interface Batch {
        record Sorted(Answers.Sorted records) implements Batch {}

        record Stored(Result result) implements Batch {}
    }

    /**
     * Batches of one node are sent side by side, so that the root of a tree keeps all cores busy.
     */
    private Posted post(KeyRange range, String label, ObjectId batch, Keeping keeping) {
        CompletableFuture<Batch> answer = new CompletableFuture<>();
        Thread thread =
                Thread.ofVirtual()
                        .name("combine")
                        .start(
                                () -> {
                                    try {
                                        answer.complete(send(range, label, batch, keeping));
                                    } catch (Throwable e) {
                                        answer.completeExceptionally(e);
                                    }
                                });
        return new Posted(answer, thread);
    }

    private Batch send(KeyRange range, String label, ObjectId batch, Keeping keeping)
            throws Exception {
        String about = label + ", " + range.shown();
        try {
            Optional<Result> known = keeping.part(batch);
            if (known.isPresent()) {
                return new Batch.Stored(known.get());
            }
            Request request =
                    ReduceStage.request(
                            about,
                            route,
                            framing.contentType(),
                            null,
                            batch,
                            range.body().body(0, range.body().size()));
            return run.attempts()
                    .send(
                            request,
                            answer -> Answers.records(answer, run.spills(), run.taskMemory() / 2),
                            (sorted, nanos) ->
                                    keeping.keepsPart(nanos)
                                            ? stored(batch, sorted, keeping)
                                            : new Batch.Sorted(sorted));
        } catch (TaskException e) {
            throw RunContext.failure(about, e);
        } finally {
            range.close();
        }
    }

    private Batch stored(ObjectId batch, Answers.Sorted sorted, Keeping keeping)
            throws IOException, InterruptedException {
        Result result = sorted.stored(run.runs(run.taskMemory() / 2));
        return new Batch.Stored(keeping.keptPart(batch, result));
    }

    private void take(Posted posted, RecordSorter all, SortedMap<String, Long> counters)
            throws Exception {
        Batch batch;
        try {
            batch = posted.answer().get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        switch (batch) {
            case Batch.Sorted(Answers.Sorted records) -> {
                try (RecordSorter sorter = records.sorter()) {
                    requireFraming(records.framing());
                    Counters.add(counters, records.counters());
                    RecordSorter.copy(sorter.sorted(), all);
                }
            }
            case Batch.Stored(Result result) -> {
                requireFraming(result.framing());
                Counters.add(counters, result.counters());
                List<Content> runs = result.outputs().stream().map(Result.Output::content).toList();
                try (RecordSource records = run.runs(run.taskMemory() / 2).merge(runs)) {
                    RecordSorter.copy(records, all);
                }
            }
        }
    }

    private void requireFraming(@Nullable Framing answered) {
        if (answered != null && answered != framing) {
            throw new RunFailure(
                    "POST "
                            + route
                            + " was sent "
                            + framing.contentType()
                            + " and answered "
                            + answered.contentType()
                            + ": the records of a job have one framing");
        }
    }
}
