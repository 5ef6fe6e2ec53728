package pfs.jobs.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentWriter;
import pfs.jobs.record.CutTable;
import pfs.jobs.record.CutWriter;
import pfs.jobs.record.MergingSource;
import pfs.jobs.record.RecordSorter;
import pfs.jobs.record.RecordSource;
import pfs.jobs.record.RecordWriter;
import pfs.jobs.record.Spills;
import pfs.jobs.record.StoredRun;
import pfs.jobs.workspace.Workspace;

/** Stored runs of sorted records: writes them, and merges any number in bounded memory. */
final class Runs {
    private static final int MOST_AT_ONCE = 1024;
    private static final int LARGEST_WINDOW = 1 << 20;
    private static final int LEAST_WINDOW = 32 << 10;

    private final Workspace workspace;
    private final Spills spills;
    private final long memory;
    private final @Nullable CutTables tables;

    /**
     * @param memory bytes for the windows of one merge
     * @param tables takes the tables of runs that are written; null: nobody will cut them
     */
    Runs(Workspace workspace, Spills spills, long memory, @Nullable CutTables tables) {
        this.workspace = workspace;
        this.spills = spills;
        this.memory = memory;
        this.tables = tables;
    }

    /** Stores the records of a source, which are in order. */
    Content write(RecordSource sorted) throws IOException {
        return tables == null ? writeUncut(sorted) : write(sorted, tables);
    }

    private Content write(RecordSource sorted, CutTables keeper) throws IOException {
        try (ContentWriter content = workspace.newContent()) {
            CutWriter writer = new CutWriter(content::write);
            RecordSorter.copy(sorted, writer);
            CutTable table = writer.finish();
            Content run = content.finish();
            keeper.keep(run, table);
            return run;
        }
    }

    private Content writeUncut(RecordSource sorted) throws IOException {
        try (ContentWriter content = workspace.newContent()) {
            RecordWriter writer = new RecordWriter(content::write);
            RecordSorter.copy(sorted, writer);
            writer.flush();
            return content.finish();
        }
    }

    /** All records of stored runs in order; those of earlier runs first among equal keys. */
    RecordSource merge(List<Content> runs) throws IOException {
        long wanted = runs.stream().mapToLong(r -> Math.min(r.size(), LEAST_WINDOW)).sum();
        if (runs.size() <= MOST_AT_ONCE && wanted <= memory) {
            long share = memory / Math.max(1, runs.size());
            int window = (int) Math.clamp(share, LEAST_WINDOW, LARGEST_WINDOW);
            return new MergingSource(runs.stream().map(r -> open(r, window)).toList());
        }
        List<RecordSource> merged = new ArrayList<>();
        try {
            for (int from = 0; from < runs.size(); ) {
                int to = from;
                long sum = 0;
                while (to < runs.size() && to - from < MOST_AT_ONCE && sum < memory) {
                    sum += Math.min(runs.get(to++).size(), LEAST_WINDOW);
                }
                merged.add(spilled(runs.subList(from, to)));
                from = to;
            }
        } catch (IOException | RuntimeException e) {
            for (RecordSource source : merged) {
                source.close();
            }
            throw e;
        }
        return new MergingSource(merged);
    }

    /** The records of some ranges of runs, in order as those of {@link #merge}. */
    RecordSource merge(List<Content> runs, List<SharedRange> ranges) {
        int window = (int) Math.clamp(memory / runs.size() / 2, LEAST_WINDOW, LARGEST_WINDOW);
        List<RecordSource> sources = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            int number = i;
            RunSlices slices =
                    new RunSlices(
                            workspace.contents(),
                            runs.get(i),
                            ranges.stream().map(r -> r.starts().get(number)).toList(),
                            ranges.stream().map(r -> r.ends().get(number)).toList(),
                            window);
            sources.add(new StoredRun(slices, slices.size(), LEAST_WINDOW));
        }
        return new MergingSource(sources);
    }

    private RecordSource spilled(List<Content> runs) throws IOException {
        List<RecordSource> sources = new ArrayList<>();
        runs.forEach(r -> sources.add(open(r, LEAST_WINDOW)));
        Spills.File file = spills.create();
        try (MergingSource source = new MergingSource(sources)) {
            RecordWriter writer = new RecordWriter(file::append);
            RecordSorter.copy(source, writer);
            writer.flush();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return new StoredRun(file, file.size(), 4 * LEAST_WINDOW);
    }

    private RecordSource open(Content run, int window) {
        ContentReader reader = workspace.contents();
        return new StoredRun(
                (offset, into, position, length) -> {
                    ByteBuffer target = ByteBuffer.wrap(into, position, length);
                    reader.read(run, offset, length, target::put);
                },
                run.size(),
                (int) Math.min(window, Math.max(1, run.size())));
    }
}
