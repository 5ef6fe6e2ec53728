package pfs.jobs.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.pool.TaskException;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordSink;
import pfs.jobs.record.RecordSource;
import pfs.jobs.worker.Request;
import pfs.object.ObjectId;

/**
 * What the combine route answers to sorted records, in key order. They are sent in batches, a few
 * of them side by side, so that the root of a tree keeps all cores busy. Not thread-safe.
 */
final class Combined implements AutoCloseable {
    private static final int AT_ONCE = 3;

    private final RunContext run;
    private final Framing framing;
    private final String route;
    private final String label;
    private final ObjectId task;
    private final Keeping keeping;
    private final RangeCutter cutter;
    private final Deque<Posted> posted = new ArrayDeque<>();
    private final SortedMap<String, Long> counters = new TreeMap<>();
    private int number;
    private @Nullable Batch batch;

    /** Whether the batch's source is at a record that was not copied yet. */
    private boolean pending;

    private record Posted(
            CompletableFuture<Answered> answer, Thread thread, byte[] firstKey, byte[] lastKey) {}

    /** The answer to one batch: records in memory, or the stored run of one that took long. */
    private sealed interface Answered {
        record Sorted(Answers.Sorted records) implements Answered {}

        record Stored(Result result) implements Answered {}
    }

    /** A batch that is being read. */
    private record Batch(RecordSource records, Closeable holder, byte[] firstKey, byte[] lastKey) {}

    /**
     * @param task determines the records: the n-th batch of one task is always the same
     */
    Combined(
            RunContext run,
            Framing framing,
            String route,
            String label,
            ObjectId task,
            Keeping keeping,
            RecordSource records)
            throws IOException {
        this.run = run;
        this.framing = framing;
        this.route = route;
        this.label = label;
        this.task = task;
        this.keeping = keeping;
        this.cutter = new RangeCutter(records, framing, false, false, run.spills(), Long.MAX_VALUE);
    }

    /** What all answers so far counted. */
    SortedMap<String, Long> counters() {
        return counters;
    }

    /**
     * Copies the records of the keys from {@code first} to before {@code end}.
     *
     * @param end null: all that are left
     */
    void copy(byte[] first, byte @Nullable [] end, RecordSink out) throws Exception {
        for (RecordSource from = next(); from != null; from = next()) {
            if (end != null && from.compareKey(end) >= 0) {
                return;
            }
            Batch current = batch;
            if (from.compareKey(first) < 0
                    || current == null
                    || from.compareKey(current.firstKey()) < 0
                    || from.compareKey(current.lastKey()) > 0) {
                throw stray(from);
            }
            out.record(from.bytes(), from.key(), from.keyLength(), from.tailLength());
            pending = false;
        }
    }

    /** The source whose record is the next one; null at the end. */
    private @Nullable RecordSource next() throws Exception {
        while (!pending) {
            Batch current = batch;
            if (current == null) {
                fill();
                if (posted.isEmpty()) {
                    return null;
                }
                begin(posted.removeFirst());
            } else if (current.records().next()) {
                pending = true;
            } else {
                endBatch();
            }
        }
        Batch current = batch;
        return current == null ? null : current.records();
    }

    private void endBatch() throws IOException {
        Batch ended = batch;
        batch = null;
        if (ended != null) {
            ended.records().close();
            ended.holder().close();
        }
    }

    private void fill() throws IOException {
        while (posted.size() < AT_ONCE) {
            KeyRange range = cutter.next();
            if (range == null) {
                return;
            }
            posted.addLast(post(range, MemoKey.below(task).number(number++).id()));
        }
    }

    private Posted post(KeyRange range, ObjectId id) {
        CompletableFuture<Answered> answer = new CompletableFuture<>();
        Thread thread =
                Thread.ofVirtual()
                        .name("combine")
                        .start(
                                () -> {
                                    try {
                                        answer.complete(send(range, id));
                                    } catch (Throwable e) {
                                        answer.completeExceptionally(e);
                                    }
                                });
        return new Posted(answer, thread, range.firstKey(), range.lastKey());
    }

    private Answered send(KeyRange range, ObjectId id) throws Exception {
        String about = label + ", " + range.shown();
        try {
            Optional<Result> known = keeping.part(id);
            if (known.isPresent()) {
                return new Answered.Stored(known.get());
            }
            Request request =
                    ReduceStage.request(
                            about,
                            route,
                            framing.contentType(),
                            null,
                            id,
                            range.body().body(0, range.body().size()));
            return run.attempts()
                    .send(
                            request,
                            answer -> Answers.records(answer, run.spills(), run.taskMemory() / 2),
                            (sorted, nanos) ->
                                    keeping.keepsPart(nanos)
                                            ? stored(id, sorted)
                                            : new Answered.Sorted(sorted));
        } catch (TaskException e) {
            throw RunContext.failure(about, e);
        } finally {
            range.close();
        }
    }

    private Answered stored(ObjectId id, Answers.Sorted sorted)
            throws IOException, InterruptedException {
        Result result = sorted.stored(run.runs(run.taskMemory() / 2));
        return new Answered.Stored(keeping.keptPart(id, result));
    }

    private void begin(Posted next) throws Exception {
        Answered answered;
        try {
            answered = next.answer().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        switch (answered) {
            case Answered.Sorted(Answers.Sorted records) -> {
                count(records.framing(), records.counters());
                batch =
                        new Batch(
                                records.sorter().sorted(),
                                records.sorter()::close,
                                next.firstKey(),
                                next.lastKey());
            }
            case Answered.Stored(Result result) -> {
                count(result.framing(), result.counters());
                List<Content> runs = result.outputs().stream().map(Result.Output::content).toList();
                RecordSource records = run.runs(run.taskMemory() / 2).merge(runs);
                batch = new Batch(records, () -> {}, next.firstKey(), next.lastKey());
            }
        }
    }

    private void count(@Nullable Framing answered, SortedMap<String, Long> more) {
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
        Counters.add(counters, more);
    }

    private RunFailure stray(RecordSource record) {
        byte[] key =
                Arrays.copyOfRange(record.bytes(), record.key(), record.key() + record.keyLength());
        return new RunFailure(
                "POST "
                        + route
                        + " answered the key '"
                        + KeyRange.shown(key)
                        + "', which is not between those that it was sent: a combine adds up"
                        + " records of one key, and keeps the key");
    }

    @Override
    public void close() throws IOException {
        for (Posted waiting : posted) {
            waiting.thread().interrupt();
            waiting.answer().thenAccept(Combined::drop);
        }
        posted.clear();
        endBatch();
    }

    private static void drop(Answered answered) {
        if (answered instanceof Answered.Sorted(Answers.Sorted records)) {
            try {
                records.sorter().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
