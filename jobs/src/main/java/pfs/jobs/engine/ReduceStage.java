package pfs.jobs.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
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
import pfs.chunk.ContentWriter;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.pool.TaskException;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordFormat;
import pfs.jobs.record.RecordSource;
import pfs.jobs.spec.Reduce;
import pfs.jobs.worker.Body;
import pfs.jobs.worker.PercentEncoding;
import pfs.jobs.worker.Request;
import pfs.object.ObjectId;

/** Reduces sorted runs range by range, and joins the answers in key order to the parts. */
final class ReduceStage {
    private static final String ROUTE = "/reduce";

    private final RunContext run;
    private final Framing framing;
    private final boolean perKey;
    private final ObjectId stage;

    /** One file of output. */
    record Part(Content content, @Nullable String contentType) {}

    private record Pending(CompletableFuture<Result> result, boolean endsPart) {}

    ReduceStage(RunContext run, Framing framing) {
        this.run = run;
        this.framing = framing;
        this.perKey = run.plan().spec().reduce() == Reduce.KEY;
        this.stage =
                MemoKey.below(run.stage("reduce"))
                        .text(String.valueOf(run.plan().spec().reduce()))
                        .text(framing.name())
                        .id();
    }

    static Request request(
            String label,
            String route,
            String contentType,
            byte @Nullable [] key,
            ObjectId task,
            Body body) {
        Request.HeadBuilder head =
                new Request.HeadBuilder("POST", route)
                        .header("Content-Type", contentType)
                        .header("Pfs-Task", task.toString());
        if (key != null) {
            head.header("Pfs-Key", PercentEncoding.encode(key));
        }
        return new Request(label, head.build(body.length()), body);
    }

    List<Part> execute(List<Content> runs, long memory) throws IOException, InterruptedException {
        int parts = run.plan().spec().parts();
        long total = runs.stream().mapToLong(Content::size).sum();
        long partBytes = parts == 1 ? Long.MAX_VALUE : Math.max(1, total / parts);
        try (RecordSource merged = run.runs(memory).merge(runs);
                PartWriter out = new PartWriter(run.workspace(), parts)) {
            RangeCutter cutter =
                    new RangeCutter(merged, framing, perKey, true, run.spills(), partBytes);
            Deque<Pending> pending = new ArrayDeque<>();
            for (KeyRange range = cutter.next(); range != null; range = cutter.next()) {
                KeyRange taken = range;
                run.progress().reduces.planned.increment();
                pending.addLast(
                        new Pending(run.tasks().submit(() -> reduce(taken)), range.endsPart()));
                while (pending.size() > run.tasks().most()
                        || !pending.isEmpty() && pending.getFirst().result().isDone()) {
                    emit(pending.removeFirst(), out);
                }
            }
            run.progress().reduces.allPlanned();
            while (!pending.isEmpty()) {
                emit(pending.removeFirst(), out);
            }
            return out.finish();
        }
    }

    private void emit(Pending first, PartWriter out) throws IOException, InterruptedException {
        out.add(run.tasks().await(first.result()));
        if (first.endsPart()) {
            out.endPart();
        }
    }

    private Result reduce(KeyRange range) throws Exception {
        String label = "POST " + ROUTE + " of " + range.shown();
        ObjectId key = MemoKey.below(stage).id(range.identity()).id();
        try {
            return run.remembered(
                    key,
                    run.progress().reduces,
                    label,
                    keeping -> post(range, label, key, keeping));
        } catch (TaskException e) {
            run.progress().reduces.failed.increment();
            throw RunContext.failure(label, e);
        } finally {
            range.close();
        }
    }

    private Result post(KeyRange range, String label, ObjectId key, Keeping keeping)
            throws Exception {
        Result result = perKey ? groups(range, key, keeping) : batch(range, label, key, keeping);
        run.progress().bytesOut.add(result.bytes());
        return result;
    }

    private Result batch(KeyRange range, String label, ObjectId key, Keeping keeping)
            throws Exception {
        Body body = range.body().body(0, range.body().size());
        run.progress().bytesIn.add(body.length());
        Request request = request(label, ROUTE, framing.contentType(), null, key, body);
        return run.attempts()
                .send(request, answer -> Answers.files(answer, run.workspace()), keeping::kept);
    }

    /** One POST a group, one after the other; the answers are joined. */
    private Result groups(KeyRange range, ObjectId key, Keeping keeping) throws Exception {
        long start = System.nanoTime();
        SortedMap<String, Long> counters = new TreeMap<>();
        List<Result.Output> outputs = new ArrayList<>();
        String type = null;
        try (ContentWriter joined = run.workspace().newContent()) {
            for (KeyRange.Group group : range.groups()) {
                Result one = group(range, group, key, keeping);
                Counters.add(counters, one.counters());
                for (Result.Output output : one.outputs()) {
                    type = type == null ? output.contentType() : type;
                    copy(output.content(), joined);
                }
            }
            Content content = joined.finish();
            if (content.size() > 0) {
                outputs.add(new Result.Output(null, type, content));
            }
        }
        return keeping.kept(new Result(null, 0, counters, outputs), System.nanoTime() - start);
    }

    private Result group(KeyRange range, KeyRange.Group group, ObjectId key, Keeping keeping)
            throws Exception {
        ObjectId task = MemoKey.below(key).id(ObjectId.of(group.key())).id();
        Optional<Result> known = keeping.part(task);
        if (known.isPresent()) {
            return known.get();
        }
        Body body = range.body().body(group.from(), group.to());
        run.progress().bytesIn.add(body.length());
        String label = "POST " + ROUTE + " of key '" + KeyRange.shown(group.key()) + "'";
        String type = RecordFormat.valueType(framing);
        return run.attempts()
                .send(
                        request(label, ROUTE, type, group.key(), task, body),
                        answer -> Answers.files(answer, run.workspace()),
                        (result, nanos) ->
                                keeping.keepsPart(nanos) ? keeping.keptPart(task, result) : result);
    }

    private void copy(Content from, ContentWriter to) throws IOException {
        run.workspace().contents().read(from, 0, from.size(), (ByteBuffer b) -> to.write(b));
    }
}
