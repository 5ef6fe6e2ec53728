package pfs.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.jobs.engine.RunLog;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.KeptLog;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.Workspace;

/**
 * The logs of runs: files in a directory of this server. Where other servers may go on with a run,
 * what is new in them is put into the store every two seconds, and at the end; so whoever goes on
 * with a run, or is asked for it later, has what the servers before wrote. Thread-safe.
 */
final class RunLogs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RunLogs.class.getName());
    private static final long PERIOD_MILLIS = 2_000;

    /** The line with which a log goes on that may have a gap. */
    static final String GAP =
            "another server goes on with this run: the last lines of the one before may be missing";

    private final Path directory;
    private final InstantSource clock;
    private final Workspace workspace;
    private final JobStore store;
    private final Map<String, Open> open = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** A log that is being written. */
    private record Open(RunLog log, LogKeeper keeper) {}

    /**
     * @param directory may be lost where the store is shared
     */
    RunLogs(Path directory, InstantSource clock, Workspace workspace, JobStore store) {
        this.directory = directory;
        this.clock = clock;
        this.workspace = workspace;
        this.store = store;
        if (workspace.shared()) {
            Thread.ofVirtual().name("run-logs").start(this::run);
        }
    }

    private void run() {
        try {
            while (!closing.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
                keep();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Puts into the store what is new. */
    void keep() {
        for (Open one : open.values()) {
            try {
                one.log.flush();
                one.keeper.keep();
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, "a log is kept later", e);
            }
        }
    }

    private static String key(RunRecord run) {
        return run.repo() + "/" + run.id();
    }

    /** Each stint has a file of its own, so none is taken for that of another server. */
    private Path file(RunRecord run, int stint) {
        String name = stint == 0 ? run.id() + ".log" : run.id() + "." + stint + ".log";
        return directory.resolve(run.repo()).resolve(name);
    }

    /** Begins a log, or goes on with it; to be finished when the run ends here. */
    RunLog open(RunRecord run) {
        if (!workspace.shared()) {
            return new RunLog(file(run, 0), clock);
        }
        KeptLog known = KeptLog.NONE;
        int stint = 0;
        if (run.started() != 0) {
            known = completed(run, begun(run));
            stint = known.stints().size();
        }
        Path file = file(run, stint);
        LogKeeper keeper = new LogKeeper(workspace, store, run, known, stint, file);
        RunLog log = new RunLog(file, clock);
        if (stint > 0) {
            keeper.begin();
            if (!known.stints().getLast().whole()) {
                log.line("pfs", GAP);
            }
        }
        open.put(key(run), new Open(log, keeper));
        return log;
    }

    /** What is kept of a run that was begun: a stint at least, of which nothing may be kept. */
    private KeptLog begun(RunRecord run) {
        KeptLog known = store.log(run.repo(), run.id());
        return known.stints().isEmpty() ? known.with(0, KeptLog.Stint.BEGUN) : known;
    }

    /** Adds what this server wrote before it was killed, which is in its files still. */
    private KeptLog completed(RunRecord run, KeptLog kept) {
        KeptLog known = kept;
        for (int i = 0; i < known.stints().size(); i++) {
            KeptLog.Stint stint = known.stints().get(i);
            Path file = file(run, i);
            try {
                if (!stint.whole() && LogKeeper.isOf(stint, file)) {
                    known = new LogKeeper(workspace, store, run, known, i, file).finish(false);
                }
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "the log " + file + " is not kept: " + e);
            }
        }
        return known;
    }

    /** The run has ended here, or this server does. Its log is closed. */
    void finish(RunRecord run) {
        Open one = open.remove(key(run));
        if (one == null) {
            return;
        }
        try {
            one.keeper.finish(run.state().ended());
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the end of a log is not kept", e);
        }
    }

    /**
     * The log as it is now; empty when nothing was written.
     *
     * @throws IOException if this server's disk fails
     */
    Optional<LogText> find(RunRecord run) throws IOException {
        Open one = open.get(key(run));
        if (one != null) {
            one.log.flush();
        }
        if (!workspace.shared()) {
            Path file = file(run, 0);
            return Files.exists(file) ? Optional.of(text(List.of(), file)) : Optional.empty();
        }
        KeptLog known = store.log(run.repo(), run.id());
        int last = Math.max(0, known.stints().size() - 1);
        KeptLog.Stint stint =
                known.stints().isEmpty() ? KeptLog.Stint.BEGUN : known.stints().getLast();
        List<Content> pieces = new ArrayList<>();
        known.stints().subList(0, last).forEach(before -> pieces.addAll(before.pieces()));
        if (LogKeeper.isOf(stint, file(run, last))) {
            return Optional.of(text(pieces, file(run, last)));
        }
        pieces.addAll(stint.pieces());
        return pieces.isEmpty() ? Optional.empty() : Optional.of(text(pieces, null));
    }

    private LogText text(List<Content> pieces, @Nullable Path file) {
        return new LogText(workspace.contents(), pieces, file);
    }

    /** Keeps no more. */
    @Override
    public void close() {
        closing.countDown();
    }
}
