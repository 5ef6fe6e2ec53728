package pfs.jobs.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.jobs.memo.Memo;
import pfs.jobs.memo.MemoKey;
import pfs.jobs.memo.Result;
import pfs.jobs.record.CutTable;
import pfs.jobs.record.CutWriter;
import pfs.jobs.record.RecordSorter;
import pfs.jobs.record.RecordSource;
import pfs.jobs.workspace.Workspace;
import pfs.object.ObjectId;

/**
 * Where stored runs can be cut: a table a run, found by the run's id alone. Tables of short runs
 * are not kept, since they are made again as fast as they are read. Thread-safe.
 */
final class CutTables {
    private static final ObjectId STAGE =
            ObjectId.of("pfs-cut-tables-1".getBytes(StandardCharsets.US_ASCII));
    private static final long LEAST_KEPT = 32 << 10;

    private final Workspace workspace;
    private final Memo memo;

    CutTables(Workspace workspace, Memo memo) {
        this.workspace = workspace;
        this.memo = memo;
    }

    private static ObjectId key(Content run) {
        return MemoKey.below(STAGE).id(run.id()).number(run.depth()).id();
    }

    /** Remembers the table of a run that was just stored. */
    void keep(Content run, CutTable table) throws IOException {
        if (run.size() < LEAST_KEPT) {
            return;
        }
        try (ContentWriter writer = workspace.newContent()) {
            writer.write(ByteBuffer.wrap(table.encode()));
            Result.Output output = new Result.Output(null, null, writer.finish());
            memo.put(key(run), new Result(null, 0, new TreeMap<>(), List.of(output)));
            memo.put(key(run), table.leastHash());
        }
    }

    /**
     * A number that depends on the run's records, and mostly stays as it is when few of them
     * change.
     */
    long anchor(Content run, Runs runs) throws IOException {
        if (run.size() < LEAST_KEPT) {
            return run.id().prefix();
        }
        OptionalLong known = memo.find(key(run));
        return known.isPresent() ? known.getAsLong() : of(run, runs).leastHash();
    }

    /** The run's table, known or made from its records. */
    CutTable of(Content run, Runs runs) throws IOException {
        Optional<Result> known = memo.result(key(run));
        if (known.isPresent()) {
            return CutTable.decode(bytes(known.get().outputs().getFirst().content()));
        }
        CutWriter cuts = new CutWriter(_ -> {});
        try (RecordSource records = runs.merge(List.of(run))) {
            RecordSorter.copy(records, cuts);
        }
        CutTable table = cuts.finish();
        keep(run, table);
        return table;
    }

    private byte[] bytes(Content content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) content.size());
        workspace
                .contents()
                .read(
                        content,
                        0,
                        content.size(),
                        piece -> {
                            byte[] bytes = new byte[piece.remaining()];
                            piece.get(bytes);
                            out.writeBytes(bytes);
                        });
        return out.toByteArray();
    }
}
