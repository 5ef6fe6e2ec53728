package pfs.jobs.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;
import pfs.jobs.memo.Memo;
import pfs.jobs.pool.Attempts;
import pfs.jobs.pool.Stragglers;
import pfs.jobs.pool.WarmPools;
import pfs.jobs.pool.WorkerPool;
import pfs.jobs.record.Spills;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.spec.Input;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.store.RunProgress;
import pfs.jobs.store.RunRecord;
import pfs.jobs.workspace.Workspace;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.tree.DirectoryEntry;

/**
 * Executes runs: any number at once, each from its input commit to its output commit. Thread-safe.
 */
public final class RunEngine {
    /** The commit metadata that tells which run made it. */
    static final String RUN_KEY = "pfs-run";

    private static final int MOST_TASKS = 256;
    private static final int BAD_IN_METADATA = 100;

    private final Workspace workspace;
    private final Memo memo;
    private final Runtime runtime;
    private final WarmPools pools;
    private final Path temporary;
    private final Settings settings;
    private final RandomGenerator random;

    /**
     * @param memory bytes for sorting and merging of one run
     * @param cores workers of a job that does not say how many
     */
    public record Settings(long memory, IntSupplier cores) {}

    public RunEngine(
            Workspace workspace,
            Memo memo,
            Runtime runtime,
            WarmPools pools,
            Path temporary,
            Settings settings,
            RandomGenerator random) {
        this.workspace = workspace;
        this.memo = memo;
        this.runtime = runtime;
        this.pools = pools;
        this.temporary = temporary;
        this.settings = settings;
        this.random = random;
    }

    /** What a run shows while it is under way. */
    public interface Observer {
        void program(Runtime.Program program);

        void bad(BadInputs inputs);
    }

    /** The program that the spec names now. */
    public Runtime.Program resolve(pfs.jobs.spec.JobSpec spec) {
        return runtime.resolve(spec);
    }

    /**
     * Executes a run; the commit of its output. A run that published already, before a crash, is
     * not executed again.
     *
     * @throws RunFailure it cannot succeed
     * @throws pfs.error.PfsException of the store, the engine or the input
     */
    public Commit execute(RunPlan plan, Progress progress, RunLog log, Observer observer)
            throws IOException, InterruptedException {
        String branch = Input.OUTPUT_BRANCH_PREFIX + plan.job();
        Commit head = workspace.head(plan.repo(), branch).orElse(null);
        if (head != null && plan.id().equals(head.metadata().get(RUN_KEY))) {
            return head;
        }
        Runtime.Program program = runtime.resolve(plan.spec());
        observer.program(program);
        BadInputs bad = new BadInputs(plan, program);
        observer.bad(bad);
        DirectoryEntry tree = tree(plan, program, progress, bad, log);
        memo.flush();
        return workspace
                .publish(plan.repo(), branch, tree, request(plan, program, progress, bad))
                .commit();
    }

    private DirectoryEntry tree(
            RunPlan plan, Runtime.Program program, Progress progress, BadInputs bad, RunLog log)
            throws IOException, InterruptedException {
        WorkerPool pool = pools.acquire(program, settings.cores());
        pool.attach(log);
        boolean succeeded = false;
        try (Spills spills = new Spills(temporary.resolve(plan.repo() + "-" + plan.id()))) {
            // Two answers may differ in a job that is rechecked: then each is to be seen.
            try (Stragglers stragglers = new Stragglers(pool, plan.spec().recheck() == 0);
                    Tasks tasks = new Tasks(() -> most(pool.slots()))) {
                RunContext context =
                        new RunContext(
                                plan,
                                program,
                                workspace,
                                memo,
                                new Attempts(pool, random, progress.posts::increment, stragglers),
                                tasks,
                                spills,
                                progress,
                                new Rechecks(plan.spec().recheck(), plan.id()),
                                () -> taskMemory(tasks.most()));
                DirectoryEntry tree =
                        new Execution(context, bad, settings.memory())
                                .execute(workspace.snapshot(plan.inputRepo(), plan.input()));
                succeeded = true;
                return tree;
            }
        } finally {
            pool.detach(log);
            if (succeeded) {
                pools.release(pool);
            } else {
                pools.discard(pool);
            }
        }
    }

    /** So many at once that each worker finds one ready, and its server one that is near to it. */
    private static int most(int slots) {
        return Math.min(MOST_TASKS, slots <= 16 ? 2 * slots + 2 : slots + 2);
    }

    /**
     * The share of a task. Where servers join, those that began before keep theirs, so all of them
     * together may have twice the half: as much as the run.
     */
    private long taskMemory(int most) {
        return Math.clamp(settings.memory() / 2 / most, 1L << 20, 32L << 20);
    }

    private static CommitRequest request(
            RunPlan plan, Runtime.Program program, Progress progress, BadInputs bad) {
        Map<String, String> metadata = new HashMap<>();
        metadata.put(RUN_KEY, plan.id());
        metadata.put("pfs-job", plan.job());
        metadata.put("pfs-input-repo", plan.inputRepo());
        metadata.put("pfs-input-commit", plan.input().id().toString());
        metadata.put("pfs-spec-version", Integer.toString(plan.specVersion()));
        metadata.put("pfs-spec", SpecJson.encode(plan.spec()).toString());
        metadata.put("pfs-image", program.id());
        metadata.put("pfs-platform", program.platform());
        progress.counters().forEach((name, n) -> metadata.put("pfs-counter-" + name, n.toString()));
        if (bad.count() > 0) {
            metadata.put("pfs-bad-inputs", Long.toString(bad.count()));
            List<String> names =
                    bad.list().stream().limit(BAD_IN_METADATA).map(BadInputs.Bad::input).toList();
            for (int i = 0; i < names.size(); i++) {
                metadata.put("pfs-bad-input-" + i, names.get(i));
            }
        }
        return new CommitRequest(
                "run " + plan.id() + " of job " + plan.job(), "pfs", metadata, null);
    }

    /** The progress as it is kept and shown. */
    public static RunProgress shown(Progress progress) {
        return new RunProgress(
                shown(progress.maps),
                shown(progress.combines),
                shown(progress.reduces),
                progress.posts.sum(),
                progress.records.sum(),
                progress.bytesIn.sum(),
                progress.bytesOut.sum(),
                progress.counters());
    }

    private static RunProgress.Stage shown(Progress.Stage stage) {
        return new RunProgress.Stage(
                stage.planned.sum(),
                stage.done.sum(),
                stage.reused.sum(),
                stage.failed.sum(),
                stage.complete());
    }

    /** Bad inputs as they are kept and shown. */
    public static List<RunRecord.BadInput> shown(BadInputs bad) {
        return bad.list().stream()
                .map(
                        b ->
                                new RunRecord.BadInput(
                                        b.input(), b.reason() + "\nTo repeat it:\n" + b.repeat()))
                .toList();
    }
}
