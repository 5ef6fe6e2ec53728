package pfs.repo;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.Batch;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/**
 * The branches in use, loaded from the metadata store when they are first asked for. Thread-safe.
 * Branches with uncommitted changes that only the journal knows stay in memory; clean ones may be
 * dropped.
 */
final class Branches {
    /** Branches kept in memory before clean ones are dropped. */
    private static final int MAX_LOADED = 10_000;

    private final MetaStore meta;
    private final Journal journal;
    private final Commits commits;
    private final Folder folder;
    private final WriteQueue queue;
    private final ConcurrentHashMap<BranchId, Branch> loaded = new ConcurrentHashMap<>();

    Branches(MetaStore meta, Journal journal, Commits commits, Folder folder, WriteQueue queue) {
        this.meta = meta;
        this.journal = journal;
        this.commits = commits;
        this.folder = folder;
        this.queue = queue;
    }

    /** The branch; empty if there is none. The default branch is there before its first commit. */
    Optional<Branch> find(BranchId id) {
        return Optional.of(findOrMake(id)).filter(Branch::exists);
    }

    /** The branch if it is in memory; null says nothing. */
    @Nullable Branch loaded(BranchId id) {
        Branch known = loaded.get(id);
        return known != null && !known.gone() && known.exists() ? known : null;
    }

    /** The branch, or one that will exist with its first head. */
    Branch findOrMake(BranchId id) {
        Branch known = loaded.get(id);
        if (known != null && !known.gone()) {
            return known;
        }
        return loaded.compute(id, (key, old) -> old != null && !old.gone() ? old : load(key));
    }

    private Branch load(BranchId id) {
        Optional<MetaStore.Versioned> record = meta.get(RefKeys.branch(id));
        if (record.isEmpty()) {
            // What the journal says of an older branch of that name is not this one's. The default
            // branch cannot be deleted, so all is its own.
            long position = id.branch().equals(Repo.DEFAULT_BRANCH) ? 0 : journal.end();
            View empty = new View(folder, folder.empty(), Edits.NONE);
            return new Branch(id, new BranchState(null, empty, position, Batch.ABSENT, position));
        }
        BranchRecord known = BranchRecord.decode(id.branch(), record.get().value());
        ObjectId head = known.head();
        Branch branch =
                new Branch(
                        id,
                        new BranchState(
                                head == null ? null : commits.read(head),
                                new View(folder, known.work(), Edits.NONE),
                                known.folded(),
                                record.get().version(),
                                known.folded()));
        branch.setMergeOnly(meta.get(RefKeys.protection(id)).isPresent());
        return branch;
    }

    Collection<Branch> loaded() {
        return loaded.values();
    }

    /** Deletes a branch, its uncommitted changes and the record of its moves. */
    void delete(Branch branch) {
        branch.heads().lock();
        try {
            if (branch.gone() || !branch.exists()) {
                throw missing(branch.id());
            }
            Batch batch =
                    new Batch()
                            .require(RefKeys.branch(branch.id()), branch.state().version())
                            .delete(RefKeys.protection(branch.id()))
                            .delete(RefKeys.rule(branch.id()))
                            .delete(RefKeys.branch(branch.id()));
            if (!meta.commit(batch)) {
                throw busy(branch.id());
            }
            retire(branch);
        } finally {
            branch.heads().unlock();
        }
        deleteAll(RefKeys.moves(branch.id()));
    }

    /** Ends the use of a branch's object, in order with the writes; the caller holds its lock. */
    void retire(Branch branch) {
        queue.install(
                branch,
                state -> {
                    branch.retire();
                    return state;
                });
        loaded.remove(branch.id(), branch);
    }

    /** Ends the use of all branches of a repo that is gone. */
    void retireAll(long repo) {
        for (Branch branch : loaded.values()) {
            if (branch.id().repo() == repo) {
                branch.heads().lock();
                try {
                    retire(branch);
                } finally {
                    branch.heads().unlock();
                }
            }
        }
    }

    /** Deletes all keys with a prefix, some at a time. */
    void deleteAll(pfs.meta.Key prefix) {
        while (true) {
            List<MetaStore.Pair> pairs = meta.scan(prefix, prefix, MetaLimits.USUAL_BATCH);
            if (pairs.isEmpty()) {
                return;
            }
            Batch batch = new Batch();
            pairs.forEach(pair -> batch.delete(pair.key()));
            meta.commit(batch);
        }
    }

    /** Changes metadata that no condition hangs on. */
    void commit(Batch batch) {
        meta.commit(batch);
    }

    static PfsException missing(BranchId id) {
        return new PfsException(
                ErrorCode.NO_SUCH_REF, "there is no branch '" + id.branch() + "'", id.branch());
    }

    private static PfsException busy(BranchId id) {
        return new PfsException(
                ErrorCode.BUSY,
                "the branch '" + id.branch() + "' is being moved by another server",
                id.branch());
    }

    /** Drops clean branches from memory when there are too many. */
    void trim() {
        if (loaded.size() <= MAX_LOADED) {
            return;
        }
        for (Branch branch : loaded.values()) {
            if (!branch.state().dirty() && branch.heads().tryLock()) {
                try {
                    queue.install(
                            branch,
                            state -> {
                                if (!state.dirty()) {
                                    branch.retire();
                                }
                                return state;
                            });
                } finally {
                    branch.heads().unlock();
                }
                if (branch.gone()) {
                    loaded.remove(branch.id(), branch);
                }
            }
        }
    }

    /**
     * Moves a branch's head, durable and visible on return. The caller holds the branch's heads
     * lock and has flushed the commit's objects.
     *
     * @param seen the state that the new head was made from
     * @param head the new head; null for none
     * @param work the new work tree, which stands for what {@code seen} showed
     * @param more further changes for the same batch
     * @throws PfsException BUSY if another server moved the branch meanwhile
     */
    void advance(
            Branch branch,
            BranchState seen,
            @Nullable Commit head,
            DirectoryEntry work,
            Batch more) {
        Branch.Move move = new Branch.Move(seen, head, work);
        more.require(RefKeys.branch(branch.id()), seen.version())
                .put(RefKeys.branch(branch.id()), move.record());
        branch.setDoubt(move);
        boolean made;
        try {
            made = meta.commit(more);
        } catch (PfsException e) {
            if (!settle(branch)) {
                throw e;
            }
            return;
        }
        branch.setDoubt(null);
        if (!made) {
            throw busy(branch.id());
        }
        install(branch, move, meta.get(RefKeys.branch(branch.id())));
    }

    /**
     * Finds out what became of a move whose answer was lost, by the branch's record: nobody else
     * moves it meanwhile, and no two moves write the same. The caller holds the heads lock.
     *
     * @return true if there was one, and it was made; it is visible on return
     * @throws PfsException if the record cannot be read either: then it is asked for again before
     *     the next move
     */
    boolean settle(Branch branch) {
        Branch.Move move = branch.doubt();
        if (move == null) {
            return false;
        }
        Optional<MetaStore.Versioned> now = meta.get(RefKeys.branch(branch.id()));
        branch.setDoubt(null);
        boolean made =
                now.filter(found -> found.version() != move.seen().version())
                        .filter(found -> found.value().equals(move.record()))
                        .isPresent();
        if (made) {
            install(branch, move, now);
        }
        return made;
    }

    private void install(Branch branch, Branch.Move move, Optional<MetaStore.Versioned> record) {
        long version = record.map(MetaStore.Versioned::version).orElse(Batch.ABSENT);
        queue.install(
                branch,
                state ->
                        new BranchState(
                                move.head(),
                                state.view().rebase(move.seen().view(), move.work()),
                                state.position(),
                                version,
                                move.seen().position()));
    }

    /** Writes a branch's work tree down, so that the journal before it is not needed again. */
    void persist(Branch branch) {
        branch.heads().lock();
        try (Lease _ = folder.leases().open()) {
            settle(branch);
            BranchState seen = branch.state();
            if (branch.gone() || !seen.dirty()) {
                return;
            }
            DirectoryEntry work = seen.view().root();
            journal.flush();
            advance(branch, seen, seen.head(), work, new Batch());
        } finally {
            branch.heads().unlock();
        }
    }

    /** Takes the edits into the work tree in memory, when nobody is moving the branch just now. */
    void fold(Branch branch) {
        if (!branch.heads().tryLock()) {
            return;
        }
        try {
            adoptFold(branch);
        } finally {
            branch.heads().unlock();
        }
    }

    /** As {@link #fold}, for a caller that holds the heads lock. */
    void adoptFold(Branch branch) {
        try (Lease _ = folder.leases().open()) {
            BranchState seen = branch.state();
            DirectoryEntry work = seen.view().root();
            queue.install(
                    branch,
                    state ->
                            new BranchState(
                                    state.head(),
                                    state.view().rebase(seen.view(), work),
                                    state.position(),
                                    state.version(),
                                    state.folded()));
        }
    }
}
