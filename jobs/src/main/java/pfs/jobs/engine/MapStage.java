package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import pfs.jobs.memo.Result;
import pfs.jobs.pool.TaskException;
import pfs.jobs.split.SplitPlanner;
import pfs.object.ObjectId;
import pfs.repo.Snapshot;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/** Maps all pieces of all input files, and hands on the results in the order of the input. */
final class MapStage {
    /** Files whose results wait for an earlier one's. */
    private static final int WINDOW = 2_000;

    private final RunContext run;
    private final BadInputs bad;
    private final ObjectId stage;
    private final Deque<Pending> pending = new ArrayDeque<>();

    /** Takes the results of one file, in the order of its pieces; failed pieces are left out. */
    @FunctionalInterface
    interface Sink {
        void file(PathEntry file, List<Result> results) throws IOException;
    }

    private record Pending(PathEntry file, List<CompletableFuture<Optional<Result>>> results) {}

    MapStage(RunContext run, BadInputs bad) {
        this.run = run;
        this.bad = bad;
        boolean files = run.plan().spec().reduce() == null;
        this.stage = run.stage(files ? "map-files" : "map-records");
    }

    void execute(Snapshot snapshot, Sink sink) throws IOException, InterruptedException {
        SplitPlanner planner = new SplitPlanner(run.workspace().contents(), run.memo());
        Iterator<PathEntry> files = InputFiles.of(snapshot, run.plan().spec().input().sourcePath());
        while (files.hasNext()) {
            PathEntry file = files.next();
            Pending next = new Pending(file, new ArrayList<>(1));
            pending.addLast(next);
            submit(planner, next);
            while (pending.size() > WINDOW || !pending.isEmpty() && done(pending.getFirst())) {
                emit(sink);
            }
        }
        run.progress().maps.allPlanned();
        while (!pending.isEmpty()) {
            emit(sink);
        }
    }

    private static boolean done(Pending first) {
        return first.results().stream().allMatch(CompletableFuture::isDone);
    }

    private void submit(SplitPlanner planner, Pending next)
            throws IOException, InterruptedException {
        FileEntry file = (FileEntry) next.file().entry();
        List<InterruptedException> interrupted = new ArrayList<>(0);
        planner.plan(
                file.content(),
                run.plan().spec().split(),
                piece -> {
                    boolean whole = piece.length() == file.content().size();
                    MapTask task = new MapTask(run, stage, next.file().path(), file, piece, whole);
                    run.progress().maps.planned.increment();
                    try {
                        next.results().add(run.tasks().submit(() -> attempt(task)));
                    } catch (InterruptedException e) {
                        interrupted.add(e);
                        throw new IOException("interrupted", e);
                    }
                });
        if (!interrupted.isEmpty()) {
            throw interrupted.getFirst();
        }
    }

    private Optional<Result> attempt(MapTask task) throws Exception {
        try {
            return Optional.of(task.call());
        } catch (TaskException e) {
            run.progress().maps.failed.increment();
            bad.add(task, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void emit(Sink sink) throws IOException, InterruptedException {
        Pending first = pending.removeFirst();
        List<Result> results = new ArrayList<>(first.results().size());
        for (CompletableFuture<Optional<Result>> result : first.results()) {
            run.tasks().await(result).ifPresent(results::add);
        }
        sink.file(first.file(), results);
    }
}
