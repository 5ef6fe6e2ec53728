package pfs.repo;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.PreparedObject;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.TreePath;

/**
 * The uncommitted changes of one repo's branches, and how they are made: each durable and visible
 * when its call returns, once if there is a key. Thread-safe.
 */
final class Staging {
    /** Edits at which a writer folds before it adds another: the bound of memory a branch. */
    static final int MAX_EDITS = 65_536;

    private final long number;
    private final Store store;
    private final @Nullable Once once;

    /**
     * @param number the repo's
     * @param once for one change that is to be made once; null for any number
     */
    Staging(long number, Store store, @Nullable Once once) {
        this.number = number;
        this.store = store;
        this.once = once;
    }

    private Branch branch(String name) {
        BranchId id = new BranchId(number, name);
        return store.branches().find(id).orElseThrow(() -> Branches.missing(id));
    }

    /** A branch that takes more than merges. */
    private Branch open(String name) {
        Branch branch = branch(name);
        History.refuseProtected(branch);
        return branch;
    }

    /** Puts a file whose content was stored by a ContentWriter. */
    Written put(String branch, String path, FileEntry entry, Precondition precondition) {
        TreePath.verify(path);
        Operation put = new Operation.Put(path, entry, precondition);
        return written(entry.content(), key -> new Written(entry, write(branch, put, key)));
    }

    /**
     * As {@link #put}, but without waiting for the disk where there is no key. What depends on it
     * runs on a thread that answers for many: it must not wait.
     *
     * @return fails with a PfsException
     */
    CompletableFuture<Written> putLater(
            String branch, String path, FileEntry entry, Precondition precondition) {
        if (once != null) {
            return CompletableFuture.completedFuture(put(branch, path, entry, precondition));
        }
        TreePath.verify(path);
        Repo.refuseJobs(branch);
        Branch target = openWithRoom(branch);
        return store.queue()
                .submit(target, new Operation.Put(path, entry, precondition))
                .thenApply(created -> new Written(entry, created))
                .exceptionallyCompose(
                        e ->
                                target.gone()
                                        ? again(() -> put(branch, path, entry, precondition))
                                        : CompletableFuture.failedFuture(e));
    }

    /**
     * As {@link #putLater}, of a file whose chunk is stored with it; never waits.
     *
     * @return null, with nothing done, if it would have to wait for something
     */
    @Nullable CompletableFuture<Written> tryPut(
            String branch,
            String path,
            FileEntry entry,
            Precondition precondition,
            PreparedObject chunk) {
        Branch target = store.branches().loaded(new BranchId(number, branch));
        if (once != null
                || target == null
                || target.mergeOnly()
                || branch.startsWith(RefName.JOBS)
                || target.state().view().edits().size() >= MAX_EDITS) {
            return null;
        }
        TreePath.verify(path);
        Operation put = new Operation.Put(path, entry, precondition);
        CompletableFuture<Boolean> made = store.queue().trySubmit(target, put, chunk);
        return made == null
                ? null
                : made.thenApply(created -> new Written(entry, created))
                        .exceptionallyCompose(
                                e ->
                                        target.gone()
                                                ? again(
                                                        () -> {
                                                            chunk.store();
                                                            return put(
                                                                    branch,
                                                                    path,
                                                                    entry,
                                                                    precondition);
                                                        })
                                                : CompletableFuture.failedFuture(e));
    }

    /** The long way, for a branch that left the memory between the look-up and the write. */
    private static CompletableFuture<Written> again(Supplier<Written> put) {
        return CompletableFuture.supplyAsync(put, Thread::startVirtualThread);
    }

    /** A write of a file, made once if there is a key. */
    private Written written(Content content, Function<@Nullable Once, Written> change) {
        if (once == null) {
            return change.apply(null);
        }
        Once exact = once.with(content.id() + " " + content.size());
        return store.answers()
                .once(
                        exact,
                        () -> change.apply(exact),
                        made -> new Written(Objects.requireNonNull(made.file()), made.created()));
    }

    /** A change of files, made once if there is a key. */
    boolean write(String branch, Operation operation) {
        if (once == null) {
            return write(branch, operation, null);
        }
        Once exact = once.with(operation instanceof Operation.Overlay o ? o.tree().toString() : "");
        return store.answers().once(exact, () -> write(branch, operation, exact), Answer::created);
    }

    /**
     * The file's bytes followed by tail's; a missing file is made.
     *
     * @param template what the file is like if it is made; its content is not used
     */
    Written append(
            String branch,
            String path,
            Content tail,
            FileEntry template,
            Precondition precondition) {
        TreePath.verify(path);
        return written(tail, key -> appendNow(branch, path, tail, template, precondition, key));
    }

    private Written appendNow(
            String branch,
            String path,
            Content tail,
            FileEntry template,
            Precondition precondition,
            @Nullable Once key) {
        Branch target = branch(branch);
        while (true) {
            FileEntry old = target.state().view().file(path);
            Precondition unchanged = Appending.unchanged(old, precondition, path);
            FileEntry whole = Appending.appended(store.contents(), old, tail, template);
            try {
                Operation put = new Operation.Put(path, whole, unchanged);
                return new Written(whole, write(branch, put, key));
            } catch (PfsException e) {
                if (e.code() != ErrorCode.PRECONDITION_FAILED) {
                    throw e;
                }
                // Somebody wrote between; the caller's own precondition is checked again above.
            }
        }
    }

    private boolean write(String branch, Operation operation, @Nullable Once key) {
        Repo.refuseJobs(branch);
        for (int tries = 0; ; tries++) {
            Branch target = openWithRoom(branch);
            try (Lease _ = store.leases().open()) {
                return store.queue().write(target, operation, key);
            } catch (PfsException e) {
                // Dropped from memory between the look-up and the write: look it up again.
                if (e.code() != ErrorCode.NO_SUCH_REF || !target.gone() || tries > 3) {
                    throw e;
                }
            }
        }
    }

    private Branch openWithRoom(String branch) {
        Branch target = open(branch);
        if (target.state().view().edits().size() >= MAX_EDITS) {
            foldNow(target);
        }
        return target;
    }

    private void foldNow(Branch target) {
        target.heads().lock();
        try {
            if (target.state().view().edits().size() >= MAX_EDITS) {
                store.branches().adoptFold(target);
            }
        } finally {
            target.heads().unlock();
        }
    }

    /** Writes what may replace the whole work tree, so never beside a move of the head. */
    void replace(String branch, String detail, Function<BranchState, Operation> operation) {
        if (once == null) {
            replaceNow(branch, operation, null);
            return;
        }
        Once exact = once.with(detail);
        store.answers().once(exact, () -> replaceNow(branch, operation, exact), Answer::created);
    }

    private boolean replaceNow(
            String branch, Function<BranchState, Operation> operation, @Nullable Once key) {
        Branch target = branch(branch);
        target.heads().lock();
        try {
            return write(branch, operation.apply(target.state()), key);
        } finally {
            target.heads().unlock();
        }
    }

    /** Drops uncommitted changes, of one path (file or directory) or all. */
    void reset(String branch, @Nullable String path) {
        Repo.refuseJobs(branch);
        replace(
                branch,
                "",
                state -> {
                    DirectoryEntry head =
                            state.head() == null ? store.folder().empty() : state.head().root();
                    return path == null || path.isEmpty()
                            ? new Operation.Replace(head)
                            : new Operation.Unstage(TreePath.verify(path), head);
                });
    }
}
