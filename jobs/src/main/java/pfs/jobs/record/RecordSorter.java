package pfs.jobs.record;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Sorts any number of records in bounded memory: what does not fit is spilled in sorted runs, which
 * are merged at the end. Stable. Not thread-safe; closing it drops what was spilled.
 */
public final class RecordSorter implements RecordSink, AutoCloseable {
    private static final int INITIAL = 16 << 10;
    private static final int WINDOW = 256 << 10;

    private final Spills spills;
    private final long memory;
    private final SortedRun run = new SortedRun(INITIAL);
    private final List<Spills.File> files = new ArrayList<>();
    private long count;

    /**
     * @param memory bytes that records may take before they are spilled
     */
    public RecordSorter(Spills spills, long memory) {
        this.spills = spills;
        this.memory = memory;
    }

    @Override
    public void record(byte[] bytes, int key, int keyLength, int tailLength) throws IOException {
        if (keyLength + tailLength > RecordCodec.MAX_RECORD) {
            throw new pfs.jobs.worker.BadAnswerException(
                    "a record has "
                            + (keyLength + tailLength)
                            + " bytes, limit "
                            + RecordCodec.MAX_RECORD);
        }
        // Twice the arena, since it doubles by copying.
        boolean full =
                run.bytes() + 2L * (keyLength + tailLength) > memory / 3
                        || run.count() * 12L > memory / 3
                        || run.count() == SortedRun.MAX_RECORDS;
        if (full && run.count() > 0) {
            spill();
        }
        run.add(bytes, key, keyLength, tailLength);
        count++;
    }

    public long count() {
        return count;
    }

    private void spill() throws IOException {
        Spills.File file = spills.create();
        files.add(file);
        RecordWriter writer = new RecordWriter(file::append);
        copy(run.sorted(), writer);
        writer.flush();
        run.clear();
    }

    /** Gives all records of a source to a sink. */
    public static void copy(RecordSource from, RecordSink to) throws IOException {
        while (from.next()) {
            to.record(from.bytes(), from.key(), from.keyLength(), from.tailLength());
        }
    }

    /** All records in order. Nothing can be added afterwards. */
    public RecordSource sorted() throws IOException {
        if (files.isEmpty()) {
            return run.sorted();
        }
        List<RecordSource> sources = new ArrayList<>();
        int window = (int) Math.clamp(memory / 3 / files.size(), 16 << 10, WINDOW);
        for (Spills.File file : files) {
            sources.add(new StoredRun(file, file.size(), window));
        }
        sources.add(run.sorted());
        return new MergingSource(sources);
    }

    @Override
    public void close() throws IOException {
        for (Spills.File file : files) {
            file.close();
        }
    }
}
