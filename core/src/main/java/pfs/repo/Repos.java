package pfs.repo;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.chunk.ShortContent;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.tree.TreeEditor;
import pfs.tree.Trees;

/**
 * All repos of one store, and the contents that they share. The repo {@code default} is always
 * there. Thread-safe. Closing it finishes the writes that were taken.
 */
public final class Repos implements AutoCloseable {
    public static final String DEFAULT_REPO = "default";

    private static final Logger LOG = LoggerFactory.getLogger(Repos.class);

    private final Store store;
    private final Maintenance maintenance;
    private final Collector collector;
    private final List<Scrub> scrubs = new CopyOnWriteArrayList<>();
    private final ConcurrentHashMap<String, Repo> open = new ConcurrentHashMap<>();

    private Repos(Store store, Maintenance maintenance, Supplier<IdSet> sets) {
        this.collector = new Collector(store, maintenance, sets);
        this.store = store;
        this.maintenance = maintenance;
    }

    /**
     * Opens the repos over a journal and a metadata store, which stay the caller's to close, and
     * takes up what the journal has and the metadata do not.
     */
    public static Repos open(
            Journal journal, MetaStore meta, InstantSource clock, Settings settings) {
        return open(journal, meta, clock, settings, MemoryIdSet::new);
    }

    /**
     * As above.
     *
     * @param sets makes the set of what is needed, when garbage is collected
     */
    public static Repos open(
            Journal journal,
            MetaStore meta,
            InstantSource clock,
            Settings settings,
            Supplier<IdSet> sets) {
        Store store = parts(journal, meta, clock, settings);
        WriteQueue queue = store.queue();
        Branches branches = store.branches();
        Answers answers = store.answers();
        Recovery recovery = new Recovery(journal, meta, branches, queue, answers);
        long from = recovery.from();
        int replayed = recovery.replay(from);
        if (replayed > 0) {
            LOG.info("took up {} groups of writes from the journal", replayed);
        }
        Repos repos =
                new Repos(
                        store,
                        new Maintenance(from, journal, queue, branches, meta, answers, clock),
                        sets);
        boolean opened = false;
        try {
            repos.create(DEFAULT_REPO);
            opened = true;
            return repos;
        } finally {
            if (!opened) {
                repos.close();
            }
        }
    }

    private static Store parts(
            Journal journal, MetaStore meta, InstantSource clock, Settings settings) {
        Leases leases = new Leases();
        Trees trees = new Trees(journal, settings.treeCacheBytes());
        Folder folder = new Folder(trees, journal, journal, leases);
        Commits commits = new Commits(journal, journal, leases.naming());
        Answers answers = new Answers(meta, () -> Store.nanos(clock), Once.MOST_KEPT);
        WriteQueue queue = new WriteQueue(journal, new Evaluator(folder), answers);
        Branches branches = new Branches(meta, journal, commits, folder, queue);
        ContentStore contents = new ContentStore(journal, journal, settings.contents());
        Hollow hollow = new Hollow(meta);
        PathSets paths = new PathSets(meta, commits, folder, hollow);
        Changes changes = new Changes(clock.millis() << 20);
        HeadMoves heads =
                new HeadMoves(
                        journal,
                        branches,
                        folder,
                        paths,
                        answers,
                        () -> Store.nanos(clock),
                        changes);
        return new Store(
                meta,
                journal,
                contents,
                folder,
                commits,
                queue,
                branches,
                heads,
                paths,
                new LogPauses(),
                new Merging(folder, commits, hollow),
                answers,
                changes,
                leases,
                hollow,
                clock);
    }

    /** The repo if it was used since the start; null says nothing. Never waits. */
    public @Nullable Repo inMemory(String name) {
        return open.get(name);
    }

    /** The repo of that name; empty if there is none. */
    public Optional<Repo> find(String name) {
        Repo known = open.get(name);
        if (known != null) {
            return Optional.of(known);
        }
        return store.meta()
                .get(RefKeys.repo(name))
                .map(
                        v ->
                                open.computeIfAbsent(
                                        name,
                                        n -> new Repo(n, RefKeys.u64(v.value().array()), store)));
    }

    /** The repo of that number, if it is in use. */
    public Optional<Repo> byNumber(long number) {
        return open.values().stream().filter(repo -> repo.number() == number).findFirst();
    }

    /** True if it was made, false if it was there. INVALID_NAME. */
    public boolean create(String name) {
        RefName.verifyRepo(name);
        while (store.meta().get(RefKeys.repo(name)).isEmpty()) {
            Optional<MetaStore.Versioned> made = store.meta().get(RefKeys.REPOS_MADE);
            long number = made.map(v -> RefKeys.u64(v.value().array())).orElse(0L) + 1;
            Batch batch =
                    new Batch()
                            .require(RefKeys.repo(name), Batch.ABSENT)
                            .require(
                                    RefKeys.REPOS_MADE,
                                    made.map(MetaStore.Versioned::version).orElse(Batch.ABSENT))
                            .put(RefKeys.repo(name), Bytes.of(RefKeys.u64(number)))
                            .put(RefKeys.REPOS_MADE, Bytes.of(RefKeys.u64(number)));
            if (store.meta().commit(batch)) {
                store.changes().tell(number, null);
                return true;
            }
        }
        return false;
    }

    /** Deletes a repo with its refs; false if there is none. The default one stays: IMPOSSIBLE. */
    public boolean delete(String name) {
        if (name.equals(DEFAULT_REPO)) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "the repo '" + name + "' cannot be deleted", name);
        }
        Optional<MetaStore.Versioned> record = store.meta().get(RefKeys.repo(name));
        if (record.isEmpty()) {
            return false;
        }
        long number = RefKeys.u64(record.get().value().array());
        Batch batch =
                new Batch()
                        .require(RefKeys.repo(name), record.get().version())
                        .delete(RefKeys.repo(name));
        if (!store.meta().commit(batch)) {
            return false;
        }
        open.remove(name);
        store.branches().retireAll(number);
        store.branches().deleteAll(RefKeys.branches(number));
        store.branches().deleteAll(RefKeys.tags(number));
        store.branches().deleteAll(RefKeys.allMoves(number));
        store.branches().deleteAll(RefKeys.commits(number));
        store.branches().deleteAll(RefKeys.allPaths(number));
        store.branches().deleteAll(RefKeys.protections(number));
        store.branches().deleteAll(RefKeys.rules(number));
        store.branches().deleteAll(RefKeys.remotes(number));
        store.changes().tell(number, null);
        return true;
    }

    /** Names after {@code after}, in byte order. */
    public List<String> list(String after, int limit) {
        List<String> names = new ArrayList<>();
        int prefix = RefKeys.REPOS.text().length();
        for (MetaStore.Pair pair : store.meta().scan(RefKeys.REPOS, RefKeys.repo(after), limit)) {
            names.add(pair.key().text().substring(prefix));
        }
        return names;
    }

    /**
     * A lease: whoever stores something and names it later holds one from before the first to
     * behind the second, or garbage collection may take it between.
     */
    public Lease lease() {
        return store.leases().open();
    }

    /** Frees what nothing reaches. */
    public Collector collector() {
        return collector;
    }

    /**
     * A writer for the bytes of one new file; its content is durable with the put that names it.
     * Under a {@link #lease}.
     */
    public ContentWriter newContent() {
        return store.contents().newWriter();
    }

    /** As {@link #newContent()}, for a new version of a file: faster where much is the same. */
    public ContentWriter newContent(Content last) {
        return store.contents().newWriter(last);
    }

    /** A short file's content, to be put by {@link Repo#tryPut}; null says nothing. Never waits. */
    public @Nullable ShortContent prepare(byte[] bytes) {
        return store.contents().prepare(bytes);
    }

    public ContentReader contents() {
        return store.contents().reader();
    }

    /**
     * Returns when all that was stored before is durable: for contents that something other than a
     * branch names.
     */
    public void flush() {
        store.journal().flush();
    }

    /** Has all packs checked in the background, until it or this is closed. */
    public Scrub scrub(Scrub.Settings settings) {
        Scrub made = new Scrub(store, settings);
        scrubs.add(made);
        return made;
    }

    /** Tells when refs have moved. */
    public Changes changes() {
        return store.changes();
    }

    /** Whether other servers may take over what is written here. */
    public boolean shared() {
        return store.journal().shared();
    }

    /** All objects of this store, which its repos share. */
    public Journal journal() {
        return store.journal();
    }

    /** Reads directory trees of this store. */
    public Trees trees() {
        return store.folder().trees();
    }

    /** Makes trees that a {@link Repo#publish} may commit. */
    public TreeEditor editor() {
        return store.folder().editor();
    }

    /** The small keys and values beside the repos, for what belongs to none of them. */
    public MetaStore meta() {
        return store.meta();
    }

    @Override
    public void close() {
        scrubs.forEach(Scrub::close);
        maintenance.close();
        try {
            maintenance.persistAll();
        } catch (PfsException e) {
            LOG.warn("the journal keeps what could not be written down: {}", e.getMessage());
        }
        store.queue().close();
        store.contents().close();
    }
}
