package pfs.repo;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;
import pfs.tree.TreeMerge;
import pfs.tree.Trees;

/**
 * What is done with the commits of one repo: merge, revert, cherry-pick, compare. Thread-safe. Each
 * change of a branch is made in the order in which it was asked for, on top of the one before it,
 * and is durable on return. Uncommitted changes of the branch stay uncommitted; where they are in
 * the way the change is refused (MERGE_CONFLICT).
 */
public final class History {
    private final long repo;
    private final Store store;
    private final @Nullable Once once;

    /**
     * @param once the idempotency key of the one change that is asked for; null for none
     */
    History(long repo, Store store, @Nullable Once once) {
        this.repo = repo;
        this.store = store;
        this.once = once;
    }

    /**
     * Merges a commit into a branch by files: what only one side changed since their best common
     * ancestor is taken from it. A branch that has nothing of its own is moved to the commit.
     *
     * @param choices what to do with a path that both sides changed; to go on with a merge that was
     *     refused, choose for the paths it named
     */
    public Merged merge(
            String into,
            Commit from,
            CommitRequest request,
            Function<String, TreeMerge.Choice> choices) {
        return change(
                branch(into),
                from,
                request.expectedHead(),
                new Change() {
                    @Override
                    public Merging.Result tree(DirectoryEntry ours, @Nullable Commit head) {
                        return head == null
                                ? new Merging.Result(from.root(), List.of())
                                : store.merging()
                                        .merge(
                                                store.merging().base(head, from),
                                                ours,
                                                from.root(),
                                                choices);
                    }

                    @Override
                    public @Nullable Commit known(@Nullable Commit head) {
                        if (head == null || store.merging().bases().isAncestor(head, from)) {
                            return from;
                        }
                        return store.merging().bases().isAncestor(from, head) ? head : null;
                    }

                    @Override
                    public Commit commit(DirectoryEntry root, Commit head) {
                        return store.commits()
                                .insert(root, List.of(head, from), request, store.now());
                    }
                });
    }

    /**
     * Takes back what a commit changed against its first parent.
     *
     * @param request with an empty message, one that names the commit is made
     */
    public Merged revert(
            String branch,
            Commit commit,
            CommitRequest request,
            Function<String, TreeMerge.Choice> choices) {
        CommitRequest named =
                request.message().isEmpty()
                        ? message(
                                request,
                                "Revert \""
                                        + firstLine(commit)
                                        + "\"\n\nThis reverts commit "
                                        + commit.id()
                                        + ".")
                        : request;
        DirectoryEntry before = store.merging().before(commit);
        return pick(branch, commit, commit.root(), before, named, choices);
    }

    /** Does again, on a branch, what a commit changed against its first parent. */
    public Merged cherryPick(
            String branch,
            Commit commit,
            CommitRequest request,
            Function<String, TreeMerge.Choice> choices) {
        CommitRequest named =
                request.message().isEmpty() ? message(request, commit.message()) : request;
        DirectoryEntry before = store.merging().before(commit);
        return pick(branch, commit, before, commit.root(), named, choices);
    }

    private static CommitRequest message(CommitRequest request, String message) {
        return new CommitRequest(
                message, request.author(), request.metadata(), request.expectedHead());
    }

    private static String firstLine(Commit commit) {
        return commit.message().lines().findFirst().orElse(commit.id().toString());
    }

    private Merged pick(
            String branch,
            Commit commit,
            DirectoryEntry base,
            DirectoryEntry theirs,
            CommitRequest request,
            Function<String, TreeMerge.Choice> choices) {
        Branch target = branch(branch);
        refuseProtected(target);
        return change(
                target,
                commit,
                request.expectedHead(),
                new Change() {
                    @Override
                    public Merging.Result tree(DirectoryEntry ours, @Nullable Commit head) {
                        return store.merging().merge(base, ours, theirs, choices);
                    }

                    @Override
                    public @Nullable Commit known(@Nullable Commit head) {
                        return null;
                    }

                    @Override
                    public Commit commit(DirectoryEntry root, Commit head) {
                        // What is there already is no change.
                        return Differences.none(store.folder().trees(), head.root(), root)
                                ? head
                                : store.commits().insert(root, List.of(head), request, store.now());
                    }
                });
    }

    /** How a branch's head is changed by another tree. */
    private interface Change {
        /** The merged tree. */
        Merging.Result tree(DirectoryEntry ours, @Nullable Commit head);

        /** The next head if it needs no merging: the head itself when there is nothing to do. */
        @Nullable Commit known(@Nullable Commit head);

        Commit commit(DirectoryEntry root, Commit head);
    }

    private Merged change(Branch target, Commit used, @Nullable ObjectId expected, Change change) {
        if (once == null) {
            return changeNow(target, used, expected, change);
        }
        return store.answers()
                .once(
                        once,
                        () -> changeNow(target, used, expected, change),
                        made -> {
                            Committed done = store.told(target.id(), made);
                            return new Merged.Done(done.commit(), done.created());
                        });
    }

    private Merged changeNow(
            Branch target, Commit used, @Nullable ObjectId expected, Change change) {
        try (Lease _ = store.leases().open()) {
            store.keep(repo, used);
            return changeNow(target, expected, change);
        }
    }

    private Merged changeNow(Branch target, @Nullable ObjectId expected, Change change) {
        Conflicting conflicting = new Conflicting();
        HeadMoves.NextHead next =
                seen -> {
                    Commit head = seen.head();
                    Commit known = change.known(head);
                    if (known != null || head == null) {
                        return known;
                    }
                    Merging.Result merged = change.tree(head.root(), head);
                    if (!merged.conflicts().isEmpty()) {
                        conflicting.paths =
                                merged.conflicts().stream().map(TreeMerge.Conflict::path).toList();
                        return head;
                    }
                    return change.commit(merged.root(), head);
                };
        Committed done =
                store.heads()
                        .move(
                                target,
                                new HeadMoves.Move(
                                        expected,
                                        next,
                                        this::workOn,
                                        once,
                                        _ -> conflicting.paths.isEmpty()));
        return conflicting.paths.isEmpty()
                ? new Merged.Done(done.commit(), done.created())
                : new Merged.Conflicts(conflicting.paths);
    }

    /** What one change found to be in conflict. */
    private static final class Conflicting {
        private List<String> paths = List.of();
    }

    /** The uncommitted changes, on top of a new head. */
    DirectoryEntry workOn(BranchState seen, Commit next) {
        Commit head = seen.head();
        DirectoryEntry before = head == null ? store.folder().empty() : head.root();
        DirectoryEntry work = seen.view().root();
        if (before.tree().equals(work.tree())) {
            return next.root();
        }
        Merging.Result result =
                store.merging().merge(before, next.root(), work, _ -> TreeMerge.Choice.NONE);
        if (!result.conflicts().isEmpty()) {
            String path = result.conflicts().getFirst().path();
            throw new PfsException(
                    ErrorCode.MERGE_CONFLICT,
                    "uncommitted changes are in the way, of '"
                            + path
                            + "' for one: commit or reset them first",
                    path);
        }
        return result.root();
    }

    /**
     * As {@link Repo#log}, but only what is behind one of its commits.
     *
     * @param from null for a branch without commits, which has an empty log
     * @param after null for all
     */
    public Log log(@Nullable Commit from, @Nullable String path, @Nullable Commit after) {
        Log.Sources sources =
                new Log.Sources(
                        store.commits(),
                        store.folder().trees(),
                        store.paths(),
                        store.pauses(),
                        store.hollow(),
                        repo);
        return new Log(sources, from, path, after);
    }

    /** No files, to compare with. */
    public Snapshot nothing() {
        return new View(store.folder(), store.folder().empty(), Edits.NONE);
    }

    /** The best common ancestors of two commits, the newest first. */
    public List<Commit> mergeBases(Commit one, Commit other) {
        return store.merging().bases().of(one, other);
    }

    /**
     * Differences of files below a path, with renames: a file that went and one that came with the
     * same content are one difference, and so for each file of a directory that was moved.
     */
    public Iterator<Difference> renames(Snapshot from, Snapshot to, String path) {
        Trees trees = store.folder().trees();
        return new Renames(trees).between(from.root(), to.root(), path);
    }

    /** True if a branch takes merges only. NO_SUCH_REF. */
    public boolean mergeOnly(String branch) {
        return branch(branch).mergeOnly();
    }

    /** Makes a branch take merges only, or all changes again; durable on return. NO_SUCH_REF. */
    public void setMergeOnly(String branch, boolean mergeOnly) {
        Branch target = branch(branch);
        target.heads().lock();
        try {
            Batch batch = new Batch();
            if (mergeOnly) {
                batch.put(RefKeys.protection(target.id()), Bytes.of(new byte[0]));
            } else {
                batch.delete(RefKeys.protection(target.id()));
            }
            store.meta().commit(batch);
            target.setMergeOnly(mergeOnly);
        } finally {
            target.heads().unlock();
        }
    }

    /** How far back a branch keeps the files of its history; empty for all. NO_SUCH_REF. */
    public Optional<Retention> retention(String branch) {
        return store.meta()
                .get(RefKeys.rule(known(branch).id()))
                .flatMap(v -> Retention.parse(v.value().text()));
    }

    /** Has the next collection of garbage drop older files; durable on return. NO_SUCH_REF. */
    public void setRetention(String branch, Optional<Retention> rule) {
        Branch target = known(branch);
        target.heads().lock();
        try {
            Batch batch = new Batch();
            rule.ifPresentOrElse(
                    kept -> batch.put(RefKeys.rule(target.id()), kept.encode()),
                    () -> batch.delete(RefKeys.rule(target.id())));
            store.meta().commit(batch);
        } finally {
            target.heads().unlock();
        }
    }

    /** True if the commit's files were dropped by such a rule. */
    public boolean hollow(Commit commit) {
        return store.hollow().contains(commit.id());
    }

    static void refuseProtected(Branch branch) {
        if (branch.mergeOnly()) {
            String name = branch.id().branch();
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "the branch '" + name + "' takes merges only", name);
        }
    }

    private Branch branch(String name) {
        if (name.startsWith(RefName.JOBS)) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the branch '" + name + "' is written by runs only",
                    name);
        }
        return known(name);
    }

    private Branch known(String name) {
        BranchId id = new BranchId(repo, name);
        return store.branches().find(id).orElseThrow(() -> Branches.missing(id));
    }
}
