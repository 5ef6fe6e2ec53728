package pfs.repo;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ShortContent;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Key;
import pfs.meta.MetaStore;
import pfs.object.NotInMemoryException;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.TreePath;

/**
 * Refs and staging under one name: everything that a caller may do with a repo. Thread-safe. Each
 * write returns when it is durable and visible to the next read; what is refused is a PfsException
 * and has changed nothing.
 */
public final class Repo {
    public static final String DEFAULT_BRANCH = "master";

    /** Edits that are folded by a reader who needs the whole tree anyway. */
    private static final int WORTH_FOLDING = 64;

    private final String name;
    private final long number;
    private final Store store;
    private final RefResolver resolver;
    private final @Nullable Once once;
    private final Staging staging;

    Repo(String name, long number, Store store) {
        this(name, number, store, null);
    }

    private Repo(String name, long number, Store store, @Nullable Once once) {
        this.name = name;
        this.number = number;
        this.store = store;
        this.once = once;
        this.staging = new Staging(number, store, once);
        this.resolver = store.resolver(number);
    }

    public String name() {
        return name;
    }

    /** The repo's number, which no other repo ever had or will have. */
    public long number() {
        return number;
    }

    /** The same repo, for one change that is to be made once however often it is asked for. */
    public Repo once(Once key) {
        return new Repo(name, number, store, key.in(number));
    }

    /** True if the change that this repo is for was made before, so that it will be told again. */
    public boolean answered() {
        return once != null && store.answers().find(once.key()) != null;
    }

    private BranchId id(String branch) {
        return new BranchId(number, branch);
    }

    private Branch branch(String name) {
        return store.branches().find(id(name)).orElseThrow(() -> Branches.missing(id(name)));
    }

    // ---- reading

    /** The branch as it stands, uncommitted changes included. NO_SUCH_REF. */
    public Snapshot snapshot(String branch) {
        Branch found = branch(branch);
        View view = found.state().view();
        boolean worth = view.edits().size() >= WORTH_FOLDING;
        return new FoldingSnapshot(store.branches(), found, view, worth);
    }

    /**
     * A file as it stands, if all that leads to it is in memory; null says nothing. Never waits:
     * for callers that serve many at once.
     */
    public @Nullable FileEntry fileInMemory(String branch, String path) {
        Branch found = store.branches().loaded(id(branch));
        try {
            return found == null ? null : found.state().view().fileInMemory(path);
        } catch (NotInMemoryException e) {
            return null;
        }
    }

    /** The files of a commit. NO_SUCH_REF if they were dropped by a rule. */
    public Snapshot snapshot(Commit commit) {
        return snapshot(store.withFiles(commit).root());
    }

    /** The files of a root directory. */
    public Snapshot snapshot(DirectoryEntry root) {
        return new View(store.folder(), root, Edits.NONE);
    }

    /** The commit that an expression names; numbers count on {@code branch}. NO_SUCH_REF. */
    public Commit resolve(String expression, String branch) {
        return resolver.resolve(expression, branch);
    }

    /** The head of a branch; empty for a branch without commits. NO_SUCH_REF. */
    public Optional<Commit> head(String branch) {
        return Optional.ofNullable(branch(branch).state().head());
    }

    /**
     * The commit and its ancestors, newest first and children before parents; with a path only
     * those that changed it.
     */
    public Log log(Commit from, @Nullable String path) {
        return history().log(from, path, null);
    }

    /** Uncommitted changes against the head, in path order. */
    public Iterator<Difference> status(String branch) {
        BranchState state = branch(branch).state();
        DirectoryEntry head = state.head() == null ? store.folder().empty() : state.head().root();
        View shown = state.view().readable();
        return Differences.between(shown.trees(), head, shown.root(), "");
    }

    /** Differences of files below a path ("" for all), in path order. */
    public Iterator<Difference> diff(Snapshot from, Snapshot to, String path) {
        return Differences.between(
                FoldingSnapshot.trees(to, store.folder()), from.root(), to.root(), path);
    }

    // ---- writing

    /** Puts a file whose content was stored by a ContentWriter. */
    public Written put(String branch, String path, FileEntry entry, Precondition precondition) {
        return staging.put(branch, path, entry, precondition);
    }

    /**
     * As {@link #put}, but without waiting for the disk where there is no key. What depends on it
     * runs on a thread that answers for many: it must not wait.
     *
     * @return fails with a PfsException
     */
    public CompletableFuture<Written> putLater(
            String branch, String path, FileEntry entry, Precondition precondition) {
        return staging.putLater(branch, path, entry, precondition);
    }

    /**
     * As {@link #putLater}, of a file whose chunk the write stores; never waits, not even for its
     * place in line. Under a lease that ends behind the answer.
     *
     * @return null, with nothing done, if it would have to wait for something
     */
    public @Nullable CompletableFuture<Written> tryPut(
            String branch, String path, FileEntry entry, Precondition condition, ShortContent of) {
        return staging.tryPut(branch, path, entry, condition, of.chunk());
    }

    /** Deletes a file, or a directory if {@code recursive}. NO_SUCH_PATH, NOT_EMPTY. */
    public void delete(String branch, String path, boolean recursive, Precondition precondition) {
        TreePath.verify(path);
        staging.write(branch, new Operation.Delete(path, recursive, precondition));
    }

    /** Makes an explicit directory. True if it was made, false if one was there. */
    public boolean makeDirectory(String branch, String path) {
        TreePath.verify(path);
        return staging.write(branch, new Operation.MakeDirectory(path));
    }

    /**
     * The file's bytes followed by tail's; a missing file is made.
     *
     * @param template what the file is like if it is made; its content is not used
     */
    public Written append(
            String branch,
            String path,
            Content tail,
            FileEntry template,
            Precondition precondition) {
        return staging.append(branch, path, tail, template, precondition);
    }

    /** Drops uncommitted changes, of one path (file or directory) or all. */
    public void reset(String branch, @Nullable String path) {
        staging.reset(branch, path);
    }

    /** Copies a file or directory; {@code source} null: from the branch as it stands. */
    public void copy(String branch, String from, @Nullable Commit source, String to) {
        TreePath.verify(to);
        if (!from.isEmpty()) {
            TreePath.verify(from);
        }
        Operation copy = new Operation.Copy(from, source == null ? null : source.root(), to);
        store.keeping(number, source, () -> staging.write(branch, copy));
    }

    public void move(String branch, String from, String to) {
        TreePath.verify(from);
        TreePath.verify(to);
        staging.write(branch, new Operation.Move(from, to));
    }

    /** Many files at once, visible at finish, all or nothing. */
    public Unpacking unpack(String branch, String directory) {
        if (!directory.isEmpty()) {
            TreePath.verify(directory);
        }
        branch(branch);
        return new TreeUnpacking(
                store.folder(),
                directory,
                tree ->
                        staging.replace(
                                branch,
                                tree.toString(),
                                _ -> new Operation.Overlay(directory, tree)));
    }

    /** Collects a tree of files. Not thread-safe. Closing without finish drops it. */
    public interface Unpacking extends AutoCloseable {
        /** Adds a file; the last of one path wins. The path is below the directory. */
        void file(String path, FileEntry entry);

        /** Adds an explicit directory. */
        void directory(String path);

        /** Makes it all visible, durable. */
        void finish();

        @Override
        void close();
    }

    /** A branch that takes more than merges. */
    private Branch open(String name) {
        Branch branch = branch(name);
        History.refuseProtected(branch);
        return branch;
    }

    static void refuseJobs(String branch) {
        if (branch.startsWith(RefName.JOBS)) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the branch '" + branch + "' is written by runs only",
                    branch);
        }
    }

    // ---- history

    /** Commits the branch's changes. NOTHING_TO_COMMIT for a branch without files or commits. */
    public Committed commit(String branch, CommitRequest request) {
        refuseJobs(branch);
        if (once == null) {
            return commitNow(branch, request, null);
        }
        Once exact = once.with(request.author() + "\n" + request.message());
        return store.answers()
                .once(
                        exact,
                        () -> commitNow(branch, request, exact),
                        made -> store.told(id(branch), made));
    }

    private Committed commitNow(String branch, CommitRequest request, @Nullable Once key) {
        Branch target = open(branch);
        return moveHead(
                target,
                request.expectedHead(),
                seen -> {
                    DirectoryEntry root = seen.view().root();
                    Commit head = seen.head();
                    DirectoryEntry before = head == null ? store.folder().empty() : head.root();
                    if (Differences.none(store.folder().trees(), before, root)) {
                        return head;
                    }
                    List<Commit> parents = head == null ? List.of() : List.of(head);
                    return store.commits().insert(root, parents, request, store.now());
                },
                (seen, commit) -> commit.root(),
                key);
    }

    /**
     * Commits a tree made elsewhere, as a run's output is, onto a branch, which appears if it is
     * not there. Nothing uncommitted may be on it.
     */
    public Committed publish(String branch, DirectoryEntry root, CommitRequest request) {
        RefName.verifyRef(branch);
        DirectoryEntry whole = Folder.root(root);
        Branch target = store.branches().findOrMake(id(branch));
        return moveHead(
                target,
                request.expectedHead(),
                seen -> {
                    Commit head = seen.head();
                    List<Commit> parents = head == null ? List.of() : List.of(head);
                    return store.commits().insert(whole, parents, request, store.now());
                },
                (seen, commit) -> whole,
                null);
    }

    private Committed moveHead(
            Branch target,
            @Nullable ObjectId expected,
            HeadMoves.NextHead nextHead,
            HeadMoves.NextWork nextWork,
            @Nullable Once key) {
        HeadMoves.Move move = new HeadMoves.Move(expected, nextHead, nextWork, key, _ -> true);
        return store.heads().move(target, move);
    }

    /** Merges, reverts and what else is done with commits. */
    public History history() {
        return new History(number, store, once);
    }

    /** What comes from other stores, and what goes to them. */
    public Arrivals arrivals() {
        return new Arrivals(this, store);
    }

    /** The other stores that this repo knows by name. */
    public Remotes remotes() {
        return new Remotes(number, store.meta());
    }

    /** Names of branches in byte order; the default branch also before its first commit. */
    public List<String> branches(String after, int limit) {
        List<String> names = names(RefKeys.branches(number), after, limit);
        if (TreePath.order(DEFAULT_BRANCH, after) > 0 && !names.contains(DEFAULT_BRANCH)) {
            names.add(DEFAULT_BRANCH);
            names.sort(TreePath::order);
            return List.copyOf(names.subList(0, Math.min(limit, names.size())));
        }
        return names;
    }

    /** EXISTS, INVALID_NAME. */
    public void createBranch(String branch, Commit at) {
        new BranchMoves(number, store).create(branch, at);
    }

    /** Moves (or makes) a branch. NOT_EMPTY when it has uncommitted changes. */
    public void moveBranch(String branch, Commit to, @Nullable ObjectId expectedHead) {
        new BranchMoves(number, store).move(branch, to, expectedHead);
    }

    /** NO_SUCH_REF. The default branch stays: IMPOSSIBLE. */
    public void deleteBranch(String branch) {
        new BranchMoves(number, store).delete(branch);
    }

    public List<String> tags(String after, int limit) {
        return names(RefKeys.tags(number), after, limit);
    }

    private List<String> names(Key prefix, String after, int limit) {
        List<String> names = new ArrayList<>();
        for (MetaStore.Pair pair : store.meta().scan(prefix, prefix.append(after), limit)) {
            names.add(pair.key().text().substring(prefix.text().length()));
        }
        return names;
    }

    /** NO_SUCH_REF. */
    public Commit tag(String tag) {
        return new Tags(number, store).find(tag);
    }

    /** EXISTS, INVALID_NAME. */
    public void createTag(String tag, Commit at) {
        new Tags(number, store).create(tag, at);
    }

    /** NO_SUCH_REF. */
    public void deleteTag(String tag) {
        new Tags(number, store).delete(tag);
    }
}
