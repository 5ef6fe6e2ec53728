package pfs.jobs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import pfs.chunk.Content;
import pfs.chunk.ContentWriter;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.KeptLog;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.Workspace;
import pfs.repo.Lease;

/**
 * Puts into the store what one server writes to its file of a run's log. New bytes become a piece,
 * together with the pieces before them that are not longer, up to a limit: so a log of n bytes has
 * some n / 1 MiB + 20 pieces, and a byte is stored a few times at most. Thread-safe.
 */
final class LogKeeper {
    /** Bytes of pieces that are joined. */
    private static final long MOST_JOINED = 1 << 20;

    /** Pieces and stints of one log: below what a value in the metadata may have. */
    private static final int MOST_PIECES = 10_000;

    private static final int BUFFER = 64 << 10;

    private final Workspace workspace;
    private final JobStore store;
    private final RunRecord run;
    private final Path file;
    private final int number;
    private KeptLog known;

    /**
     * @param known what is kept of the log already
     * @param number of this server's stint in it
     * @param file what it writes to
     */
    LogKeeper(
            Workspace workspace,
            JobStore store,
            RunRecord run,
            KeptLog known,
            int number,
            Path file) {
        this.workspace = workspace;
        this.store = store;
        this.run = run;
        this.known = known;
        this.number = number;
        this.file = file;
    }

    private KeptLog.Stint stint() {
        return number < known.stints().size() ? known.stints().get(number) : KeptLog.Stint.BEGUN;
    }

    /**
     * Whether a file is what a server wrote in a stint: one that was only made, before another
     * server had the run, is empty.
     */
    static boolean isOf(KeptLog.Stint stint, Path file) throws IOException {
        return Files.exists(file) && Files.size(file) > 0 && Files.size(file) >= stint.size();
    }

    /** Writes down that the stint begins. */
    synchronized void begin() {
        put(KeptLog.Stint.BEGUN);
    }

    /** Keeps what is new; durable when it returns. Costs nothing if there is nothing new. */
    synchronized void keep() throws IOException {
        long size = size();
        if (size > stint().size()) {
            keep(size, false);
        }
    }

    /**
     * Keeps the rest.
     *
     * @param silent whether a log without a line is not worth a record
     * @return what is known then
     */
    synchronized KeptLog finish(boolean silent) throws IOException {
        long size = size();
        if (size > 0 || !known.stints().isEmpty() || !silent) {
            keep(size, true);
        }
        return known;
    }

    private long size() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private void keep(long size, boolean whole) throws IOException {
        List<Content> pieces = new ArrayList<>(stint().pieces());
        long from = stint().size();
        int all = known.stints().stream().mapToInt(stint -> 1 + stint.pieces().size()).sum();
        if (size > from && all >= MOST_PIECES) {
            return;
        }
        if (size == from) {
            put(new KeptLog.Stint(whole, pieces));
            return;
        }
        while (!pieces.isEmpty() && joins(pieces.getLast().size(), size - from)) {
            from -= pieces.removeLast().size();
        }
        try (Lease _ = workspace.lease()) {
            pieces.add(store(from, size));
            workspace.flush();
            put(new KeptLog.Stint(whole, pieces));
        }
    }

    private static boolean joins(long before, long next) {
        return before <= next && before + next <= MOST_JOINED;
    }

    private void put(KeptLog.Stint stint) {
        KeptLog next = known.with(number, stint);
        store.putLog(run.repo(), run.id(), next);
        known = next;
    }

    private Content store(long from, long to) throws IOException {
        try (FileChannel in = FileChannel.open(file);
                ContentWriter piece = workspace.newContent()) {
            ByteBuffer some = ByteBuffer.allocate(BUFFER);
            for (long at = from; at < to; ) {
                some.clear().limit((int) Math.min(BUFFER, to - at));
                int count = in.read(some, at);
                if (count < 0) {
                    throw new IOException(file + " is shorter than " + to + " bytes");
                }
                piece.write(some.flip());
                at += count;
            }
            return piece.finish();
        }
    }
}
