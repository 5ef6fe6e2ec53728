package pfs.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.engine.RunEngine;
import pfs.jobs.memo.Memo;
import pfs.jobs.pool.WarmPools;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.spec.Trigger;
import pfs.jobs.store.Job;
import pfs.jobs.store.JobStore;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.Workspace;
import pfs.meta.MetaStore;
import pfs.repo.Commit;
import pfs.repo.Roots;

/**
 * The jobs of all repos and their runs: what the routes and the command line call. Thread-safe.
 *
 * <p>Runs of one job follow each other; runs of different jobs are side by side. A run that this
 * server did not end, because it was killed, goes on with the next {@link #start}.
 */
public final class Jobs implements AutoCloseable {
    private static final DateTimeFormatter ID =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Workspace workspace;
    private final MetaStore meta;
    private final JobStore store;
    private final Memo memo;
    private final @Nullable RunEngine engine;
    private final @Nullable Runtime runtime;
    private final @Nullable WarmPools pools;
    private final Settings settings;
    private final RandomGenerator random;
    private final Map<String, ActiveRun> active = new ConcurrentHashMap<>();
    private final Heads heads;
    private final RunLogs logs;
    private final RunQueue queue;
    private final Triggers triggers;

    /** Runs that were asked for before those of the last server were taken up. */
    private final Set<String> early = ConcurrentHashMap.newKeySet();

    private volatile boolean takenUp;
    private volatile boolean closed;

    /**
     * What jobs may use.
     *
     * @param directory of this server's jobs: logs are kept there, temporary files come and go
     * @param memory bytes for sorting and merging of one run
     * @param cores now: containers of a job that does not say how many
     * @param warm how long containers wait for the next run
     * @param noRuntime what to tell a caller when there is no runtime
     */
    public record Settings(
            Path directory,
            long memory,
            IntSupplier cores,
            Duration warm,
            String noRuntime,
            InstantSource clock) {}

    /**
     * @param runtime null: jobs can be kept, but not run
     */
    public Jobs(
            Workspace workspace,
            MetaStore meta,
            @Nullable Runtime runtime,
            Settings settings,
            RandomGenerator random) {
        this.workspace = workspace;
        this.meta = meta;
        this.store = new JobStore(meta);
        this.heads = new Heads(workspace, store);
        this.logs =
                new RunLogs(
                        settings.directory().resolve("logs"), settings.clock(), workspace, store);
        this.memo = new Memo(meta, workspace::flush);
        this.runtime = runtime;
        this.settings = settings;
        this.random = random;
        this.pools = runtime == null ? null : new WarmPools(runtime, settings.warm());
        this.engine =
                runtime == null || pools == null
                        ? null
                        : new RunEngine(
                                workspace,
                                memo,
                                runtime,
                                pools,
                                temporary(),
                                new RunEngine.Settings(settings.memory(), settings.cores()),
                                random);
        this.queue = new RunQueue(workspace, store, engine, settings.clock(), this::finished);
        this.triggers = new Triggers(workspace, store, this::runAndWait);
    }

    /** What garbage collection must keep for jobs. */
    public Roots roots() {
        return new JobRoots(meta, memo::flush);
    }

    private Path temporary() {
        return settings.directory().resolve("tmp");
    }

    /**
     * Removes what a killed server left, and goes on with its runs, in the background: an engine
     * may take its time to answer. Called once.
     */
    public void start() {
        deleteTemporary();
        Thread.ofVirtual().name("jobs-start").start(this::takeUp);
    }

    private void takeUp() {
        if (runtime != null) {
            try {
                runtime.sweep();
            } catch (PfsException e) {
                System.getLogger(Jobs.class.getName())
                        .log(System.Logger.Level.DEBUG, e.getMessage());
            }
        }
        if (engine != null) {
            store.unfinished().stream()
                    .filter(run -> !early.contains(key(run.repo(), run.id())))
                    .forEach(this::enqueue);
            takenUp = true;
            early.clear();
            triggers.start();
        }
    }

    private void deleteTemporary() {
        Path temporary = temporary();
        if (!Files.exists(temporary)) {
            return;
        }
        try (var files = Files.walk(temporary)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            System.getLogger(Jobs.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot clear " + temporary + ": " + e);
        }
    }

    // ---- jobs

    /** Keeps a job; INVALID_NAME, INVALID_REQUEST with the field, NO_SUCH_REPO. */
    public Job put(String repo, String name, byte[] json) {
        workspace.requireRepo(repo);
        if (!SpecJson.JOB_NAME.matcher(name).matches()) {
            throw new PfsException(
                    ErrorCode.INVALID_NAME,
                    "'"
                            + name
                            + "' is not a name of a job, which is like "
                            + SpecJson.JOB_NAME.pattern(),
                    name);
        }
        JobSpec spec = SpecJson.decode(json);
        new JobGraph(store).refuseCycle(repo, name, spec);
        Job job = store.put(repo, name, spec, settings.clock().millis());
        triggers.changed(job);
        return job;
    }

    /** NO_SUCH_JOB. */
    public Job get(String repo, String name) {
        return store.find(repo, name)
                .orElseThrow(
                        () ->
                                new PfsException(
                                        ErrorCode.NO_SUCH_JOB,
                                        "repo '" + repo + "' has no job '" + name + "'",
                                        name));
    }

    public boolean exists(String repo, String name) {
        return store.find(repo, name).isPresent();
    }

    public List<Job> list(String repo) {
        workspace.requireRepo(repo);
        return store.list(repo);
    }

    /** NO_SUCH_JOB. Its output branch stays. */
    public void delete(String repo, String name) {
        get(repo, name);
        store.delete(repo, name);
        triggers.refresh();
    }

    // ---- runs

    /**
     * Starts a run.
     *
     * @param commit a ref expression on the input's branch; null: its head
     * @throws PfsException NO_SUCH_JOB, NO_SUCH_REF, IMPOSSIBLE when there is nothing to run on or
     *     nothing to run with
     */
    public RunRecord run(String repo, String name, @Nullable String commit) {
        return run(get(repo, name), commit, "run");
    }

    private RunRecord run(Job job, @Nullable String commit, String trigger) {
        if (engine == null) {
            throw new PfsException(ErrorCode.IMPOSSIBLE, settings.noRuntime());
        }
        Commit input = heads.input(job, commit);
        RunRecord run =
                RunRecord.queued(
                        newId(), job, input.id().toString(), trigger, settings.clock().millis());
        if (!takenUp) {
            early.add(key(run.repo(), run.id()));
        }
        store.put(run);
        enqueue(run);
        return run;
    }

    private String newId() {
        return ID.format(settings.clock().instant()) + String.format("%03d", random.nextInt(1000));
    }

    private void enqueue(RunRecord run) {
        ActiveRun next = new ActiveRun(run, logs.open(run));
        active.put(key(run.repo(), run.id()), next);
        queue.add(next);
    }

    private static String key(String repo, String id) {
        return repo + "/" + id;
    }

    private void finished(ActiveRun run) {
        RunRecord record = run.record();
        logs.finish(record);
        active.remove(key(record.repo(), record.id()));
        triggers.wake();
    }

    /** Runs every job whose input is this branch; the runs, which have not ended yet. */
    public List<RunRecord> runAll(String repo, String branch, String commit) {
        return store.listAll().stream()
                .filter(j -> j.spec().input().sourceRepo(j.repo()).equals(repo))
                .filter(j -> j.spec().input().sourceBranch().equals(branch))
                .map(j -> started(j, commit))
                .toList();
    }

    /** A job that a commit triggers anyway is not run twice for it. */
    private RunRecord started(Job job, String commit) {
        if (job.spec().trigger() == Trigger.COMMIT) {
            store.see(job.repo(), job.name(), commit);
        }
        return run(job, commit, "commit");
    }

    private void runAndWait(Job job, String commit) throws InterruptedException {
        RunRecord run = run(job, commit, "commit");
        await(job.repo(), run.id(), Long.MAX_VALUE / 2_000_000);
    }

    /** The run with its progress of this moment; NO_SUCH_RUN. */
    public RunRecord find(String repo, String id) {
        ActiveRun running = active.get(key(repo, id));
        if (running != null) {
            return running.record();
        }
        return store.findRun(repo, id)
                .orElseThrow(
                        () ->
                                new PfsException(
                                        ErrorCode.NO_SUCH_RUN,
                                        "repo '" + repo + "' has no run '" + id + "'",
                                        id));
    }

    /** Newest first. */
    public List<RunRecord> runs(String repo, @Nullable String after, int limit) {
        workspace.requireRepo(repo);
        return store.listRuns(repo, after, limit).stream().map(r -> current(r)).toList();
    }

    private RunRecord current(RunRecord kept) {
        ActiveRun running = active.get(key(kept.repo(), kept.id()));
        return running == null ? kept : running.record();
    }

    /**
     * Waits for the run's end, so long at most; the run as it is then.
     *
     * @throws PfsException NO_SUCH_RUN; STOPPED when the server stops before the run's end
     */
    public RunRecord await(String repo, String id, long millis) throws InterruptedException {
        ActiveRun running = active.get(key(repo, id));
        if (running != null) {
            running.awaitEnd(millis);
        }
        RunRecord run = find(repo, id);
        if (closed && !run.state().ended()) {
            throw new PfsException(
                    ErrorCode.STOPPED,
                    "the server is stopping; run " + id + " goes on when it is back",
                    id);
        }
        return run;
    }

    /** Ends a run; nothing happens to one that has ended. NO_SUCH_RUN. */
    public RunRecord cancel(String repo, String id) throws InterruptedException {
        ActiveRun running = active.get(key(repo, id));
        if (running != null) {
            running.cancel();
            running.awaitEnd(10_000);
        }
        return find(repo, id);
    }

    /** The run's log, which may still grow; empty when nothing was written. NO_SUCH_RUN. */
    public Optional<LogText> log(String repo, String id) throws IOException {
        return logs.find(find(repo, id));
    }

    /**
     * The commit of a job's output: the newest, or the one that was made from an input commit.
     *
     * @param input a ref expression on the input's branch; null: the newest output
     * @throws PfsException NO_SUCH_REF when there is no such output
     */
    public Commit output(String repo, String name, @Nullable String input) {
        Job job = input == null ? null : get(repo, name);
        return heads.output(repo, name, job, input);
    }

    /** A hint that a branch may have moved, so that triggers need not find out by themselves. */
    public void committed() {
        triggers.wake();
    }

    /** Stops all workers. Runs that are under way go on with the next start. */
    @Override
    public void close() {
        closed = true;
        triggers.close();
        queue.close();
        active.values().forEach(ActiveRun::interrupt);
        queue.awaitIdle();
        logs.close();
        if (pools != null) {
            pools.close();
        }
        memo.close();
        if (runtime != null) {
            try {
                runtime.close();
            } catch (Exception e) {
                System.getLogger(Jobs.class.getName())
                        .log(System.Logger.Level.WARNING, "cannot stop the runtime: " + e);
            }
        }
    }
}
