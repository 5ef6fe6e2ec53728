package pfs.jobs.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pfs.jobs.spec.JobSpec;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaStore;

/**
 * Jobs, runs, and which output belongs to which input, in the metadata store. Thread-safe; what a
 * method wrote is durable when it returns.
 *
 * <pre>
 * job\0REPO\0NAME            the job, JSON
 * run\0REPO\0ID'             a run, JSON; ID' is the id with each digit d as 9-d: newest first
 * jobout\0REPO\0NAME\0INPUT  the id of the commit that was made from that input commit
 * jobseen\0REPO\0NAME        the last commit of the input branch that started a run by trigger
 * runlog\0REPO\0ID           what the store has of a run's log, see {@link KeptLog}
 * </pre>
 */
public final class JobStore {
    private static final int PAGE = 500;

    private final MetaStore meta;

    public JobStore(MetaStore meta) {
        this.meta = meta;
    }

    /** Keeps the spec as the job's next version, or leaves it when it is the same. */
    public Job put(String repo, String name, JobSpec spec, long now) {
        Key key = Key.of("job", repo, name);
        while (true) {
            Optional<MetaStore.Versioned> old = meta.get(key);
            Job before = old.map(v -> RunJson.decodeJob(repo, v.value().array())).orElse(null);
            if (before != null && before.spec().equals(spec)) {
                return before;
            }
            Job job = new Job(repo, name, before == null ? 1 : before.version() + 1, spec, now);
            Batch batch =
                    new Batch()
                            .require(key, old.map(MetaStore.Versioned::version).orElse(0L))
                            .put(key, json(RunJson.encode(job).toString()));
            if (meta.commit(batch)) {
                return job;
            }
        }
    }

    private static Bytes json(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
    }

    public Optional<Job> find(String repo, String name) {
        return meta.get(Key.of("job", repo, name))
                .map(v -> RunJson.decodeJob(repo, v.value().array()));
    }

    /** False if there was none. Its runs and outputs stay. */
    public boolean delete(String repo, String name) {
        Key key = Key.of("job", repo, name);
        boolean there = meta.get(key).isPresent();
        meta.commit(new Batch().delete(key).delete(Key.of("jobseen", repo, name)));
        return there;
    }

    public List<Job> list(String repo) {
        return scan(
                Key.of("job", repo, ""),
                p -> RunJson.decodeJob(repo, p.value().value().array()),
                Integer.MAX_VALUE);
    }

    /** The jobs of all repos. */
    public List<Job> listAll() {
        return scan(
                Key.of("job", ""),
                p ->
                        RunJson.decodeJob(
                                p.key().text().split("\0", -1)[1], p.value().value().array()),
                Integer.MAX_VALUE);
    }

    private <T> List<T> scan(Key prefix, Function<MetaStore.Pair, T> decode, int limit) {
        List<T> found = new ArrayList<>();
        Key after = prefix;
        while (found.size() < limit) {
            List<MetaStore.Pair> page =
                    meta.scan(prefix, after, Math.min(PAGE, limit - found.size()));
            page.forEach(p -> found.add(decode.apply(p)));
            if (page.isEmpty()) {
                break;
            }
            after = page.getLast().key();
        }
        return found;
    }

    private static Key runKey(String repo, String id) {
        return Key.of("run", repo, inverted(id));
    }

    /** Each digit as what it lacks to nine, so that the newest comes first. */
    private static String inverted(String id) {
        StringBuilder out = new StringBuilder(id.length());
        for (char c : id.toCharArray()) {
            out.append(c >= '0' && c <= '9' ? (char) ('0' + '9' - c) : c);
        }
        return out.toString();
    }

    public void put(RunRecord run) {
        meta.commit(
                new Batch()
                        .put(runKey(run.repo(), run.id()), json(RunJson.encode(run).toString())));
    }

    /** Keeps a run that succeeded together with the fact whose output its commit is. */
    public void putSucceeded(RunRecord run, String outputCommit) {
        meta.commit(
                new Batch()
                        .put(runKey(run.repo(), run.id()), json(RunJson.encode(run).toString()))
                        .put(
                                Key.of("jobout", run.repo(), run.job(), run.inputCommit()),
                                Bytes.of(outputCommit)));
    }

    public Optional<RunRecord> findRun(String repo, String id) {
        return meta.get(runKey(repo, id)).map(v -> RunJson.decodeRun(v.value().array()));
    }

    /**
     * Runs of a repo, newest first.
     *
     * @param after the id of the run to go on behind, or null
     */
    public List<RunRecord> listRuns(String repo, @Nullable String after, int limit) {
        Key prefix = Key.of("run", repo, "");
        Key from = after == null ? prefix : runKey(repo, after);
        return meta.scan(prefix, from, limit).stream()
                .map(p -> RunJson.decodeRun(p.value().value().array()))
                .toList();
    }

    /** Runs of all repos that have not ended, oldest first. */
    public List<RunRecord> unfinished() {
        List<RunRecord> all = new ArrayList<>();
        Key prefix = Key.of("run", "");
        Key after = prefix;
        for (List<MetaStore.Pair> page = meta.scan(prefix, after, PAGE);
                !page.isEmpty();
                page = meta.scan(prefix, after, PAGE)) {
            page.stream()
                    .map(p -> RunJson.decodeRun(p.value().value().array()))
                    .filter(r -> !r.state().ended())
                    .forEach(all::add);
            after = page.getLast().key();
        }
        all.sort(java.util.Comparator.comparing(RunRecord::id));
        return all;
    }

    /** What is kept of a run's log; {@link KeptLog#NONE} if nothing is. */
    public KeptLog log(String repo, String id) {
        return meta.get(Key.of("runlog", repo, id))
                .map(v -> KeptLog.decode(v.value()))
                .orElse(KeptLog.NONE);
    }

    /** Keeps what the store has of a run's log; the pieces must be durable. */
    public void putLog(String repo, String id, KeptLog log) {
        meta.commit(new Batch().put(Key.of("runlog", repo, id), log.encode()));
    }

    /** The commit that a job made from an input commit. */
    public Optional<String> output(String repo, String job, String inputCommit) {
        return meta.get(Key.of("jobout", repo, job, inputCommit)).map(v -> v.value().text());
    }

    public Optional<String> seen(String repo, String job) {
        return meta.get(Key.of("jobseen", repo, job)).map(v -> v.value().text());
    }

    public void see(String repo, String job, String commit) {
        meta.commit(new Batch().put(Key.of("jobseen", repo, job), Bytes.of(commit)));
    }
}
