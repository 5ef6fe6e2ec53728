package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.memo.Slice;
import pfs.jobs.record.CutTable;
import pfs.jobs.record.CutWriter;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordSource;
import pfs.jobs.record.StoredRun;
import pfs.object.ObjectId;

/**
 * Joins a few stored runs to one by the combine route. Only the ranges of keys whose records were
 * not joined before are sent; what the others became is copied from earlier results. The ranges are
 * cut at the keys that all of the runs can be cut at. Used once.
 */
final class CombineNode {
    /** Runs that have less than this together are sent as a whole: it is one request. */
    private static final long LEAST_CUT = 64 << 10;

    /** Earlier results to copy from. What lies in more of them is made again. */
    private static final int MOST_SOURCES = 8;

    private static final int WINDOW = 256 << 10;

    private final RunContext run;
    private final Framing framing;
    private final String route;
    private final ObjectId stage;
    private final List<Content> children;
    private final Runs runs;

    /**
     * @param stage what the memo keys of all nodes begin with
     */
    CombineNode(
            RunContext run, Framing framing, String route, ObjectId stage, List<Content> children) {
        this.run = run;
        this.framing = framing;
        this.route = route;
        this.stage = stage;
        this.children = children;
        this.runs = run.runs(run.taskMemory());
    }

    /** One run with the records of all. */
    Result combine(String label, ObjectId task, Keeping keeping) throws Exception {
        long start = System.nanoTime();
        List<SharedRange> ranges = ranges();
        List<Optional<Slice>> known = known(ranges, keeping);
        List<SharedRange> missing = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            if (known.get(i).isEmpty()) {
                missing.add(ranges.get(i));
            }
        }
        boolean whole = missing.size() == ranges.size();
        try (RecordSource records = whole ? runs.merge(children) : runs.merge(children, missing);
                Combined answers =
                        new Combined(
                                run,
                                framing,
                                route,
                                label,
                                whole ? task : part(task, missing),
                                keeping,
                                records);
                ContentWriter content = run.workspace().newContent()) {
            CutWriter out = new CutWriter(content::write);
            List<Long> ends = join(ranges, known, answers, out);
            CutTable table = out.finish();
            Content joined = content.finish();
            run.cutTables().keep(joined, table);
            Result result =
                    new Result(
                            framing,
                            out.count(),
                            answers.counters(),
                            List.of(new Result.Output(null, null, joined)));
            keeping.kept(result, System.nanoTime() - start);
            if (ranges.size() > 1 && result.counters().isEmpty()) {
                keepSlices(ranges, known, joined, ends, keeping);
            }
            return result;
        }
    }

    private List<SharedRange> ranges() throws IOException {
        ObjectId rangeStage = MemoKey.below(stage).text("range").id();
        if (children.stream().mapToLong(Content::size).sum() >= LEAST_CUT) {
            List<CutTable> tables = new ArrayList<>(children.size());
            long memory = run.taskMemory();
            for (Content child : children) {
                CutTable table = run.cutTables().of(child, runs);
                tables.add(table);
                memory -= table.footprint();
            }
            if (memory > 0) {
                return SharedRange.of(tables, rangeStage);
            }
        }
        return List.of(
                SharedRange.whole(children.stream().map(Content::size).toList(), rangeStage));
    }

    /** What each range became before, as far as it is known and lies in few places. */
    private static List<Optional<Slice>> known(List<SharedRange> ranges, Keeping keeping) {
        if (ranges.size() == 1) {
            return List.of(Optional.empty());
        }
        List<Optional<Slice>> all =
                ranges.stream().map(range -> keeping.slice(range.identity())).toList();
        Map<Content, Long> uses =
                all.stream()
                        .flatMap(Optional::stream)
                        .collect(Collectors.groupingBy(Slice::content, Collectors.counting()));
        if (uses.size() <= MOST_SOURCES) {
            return all;
        }
        Set<Content> most =
                uses.entrySet().stream()
                        .sorted(Map.Entry.<Content, Long>comparingByValue().reversed())
                        .limit(MOST_SOURCES)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        return all.stream().map(s -> s.filter(slice -> most.contains(slice.content()))).toList();
    }

    /** Other ranges make other batches. */
    private static ObjectId part(ObjectId task, List<SharedRange> missing) {
        MemoKey key = MemoKey.below(task);
        missing.forEach(range -> key.id(range.identity()));
        return key.id();
    }

    /** Writes all ranges in order; where each ends. */
    private List<Long> join(
            List<SharedRange> ranges, List<Optional<Slice>> known, Combined answers, CutWriter out)
            throws Exception {
        List<Long> ends = new ArrayList<>(ranges.size());
        Map<Content, RecordSource> earlier = earlier(known);
        for (int i = 0; i < ranges.size(); i++) {
            Slice slice = known.get(i).orElse(null);
            if (slice == null) {
                byte @Nullable [] end = i + 1 < ranges.size() ? ranges.get(i + 1).firstKey() : null;
                answers.copy(ranges.get(i).firstKey(), end, out);
            } else if (slice.length() > 0) {
                copy(slice, earlier, out);
            }
            ends.add(out.position());
        }
        return ends;
    }

    private static void copy(Slice slice, Map<Content, RecordSource> earlier, CutWriter out)
            throws IOException {
        RecordSource from = earlier.get(slice.content());
        long end = out.position() + slice.length();
        while (out.position() < end) {
            if (from == null || !from.next()) {
                throw new IllegalStateException("a slice without end: " + slice);
            }
            out.record(from.bytes(), from.key(), from.keyLength(), from.tailLength());
        }
    }

    /** The known slices of each earlier result, one behind the other. */
    private Map<Content, RecordSource> earlier(List<Optional<Slice>> known) {
        Map<Content, List<Slice>> slices =
                known.stream()
                        .flatMap(Optional::stream)
                        .collect(Collectors.groupingBy(Slice::content));
        Map<Content, RecordSource> sources = new HashMap<>();
        slices.forEach(
                (content, some) -> {
                    RunSlices ranges =
                            new RunSlices(
                                    run.workspace().contents(),
                                    content,
                                    some.stream().map(Slice::offset).toList(),
                                    some.stream().map(Slice::end).toList(),
                                    WINDOW);
                    sources.put(content, new StoredRun(ranges, ranges.size(), WINDOW / 8));
                });
        return sources;
    }

    private static void keepSlices(
            List<SharedRange> ranges,
            List<Optional<Slice>> known,
            Content joined,
            List<Long> ends,
            Keeping keeping) {
        long start = 0;
        for (int i = 0; i < ranges.size(); i++) {
            long end = ends.get(i);
            if (known.get(i).isEmpty()) {
                keeping.keptSlice(ranges.get(i).identity(), new Slice(joined, start, end - start));
            }
            start = end;
        }
    }
}
