package pfs.repo;

import static java.util.stream.Collectors.partitioningBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/**
 * The door of a repo for commits that were made in other stores: they are admitted when all that
 * they reach is here, and then refs may move to them. Thread-safe. The order that keeps a repo
 * whole is the caller's: receive objects, verify, flush, {@link #admit}, {@link #move}.
 */
public final class Arrivals {
    /** Commits that one change of the metadata admits. */
    private static final int BATCH = MetaLimits.USUAL_BATCH / 2;

    private final Repo repo;
    private final Store store;

    /** How a branch takes a head that comes from elsewhere. */
    public enum Mode {
        /** Only if the head it has is an ancestor; uncommitted changes stay. */
        FAST_FORWARD,
        /** Whatever head it has; uncommitted changes stay where they are not in the way. */
        FORCE,
        /** The branch is a copy: its head and files become those of the commit. */
        MIRROR
    }

    Arrivals(Repo repo, Store store) {
        this.repo = repo;
        this.store = store;
    }

    /**
     * A commit whose object is in this store, though it may not be the repo's.
     *
     * @throws PfsException CORRUPT if it is missing or no commit
     */
    public Commit commit(ObjectId id) {
        return store.commits().read(id);
    }

    /** True if the object is in this store; what it reaches may not be. */
    public boolean contains(ObjectId id) {
        return store.journal().contains(id);
    }

    /**
     * True if the commit is the repo's, and so all that it reaches is here, and stays until the
     * caller's lease ends.
     */
    public boolean has(ObjectId id) {
        return store.keeps(repo.number(), id);
    }

    /** True if the commit is here, but its files were dropped by a rule of its branch. */
    public boolean isHollow(ObjectId id) {
        return store.hollow().contains(id);
    }

    /** True if the first is the second or an ancestor of it. */
    public boolean isAncestor(Commit ancestor, Commit of) {
        return store.merging().bases().isAncestor(ancestor, of);
    }

    /** Checks what a commit says of its place in history. CORRUPT. */
    public void verifyPlace(Commit commit) {
        store.commits().verifyPlace(commit);
    }

    /**
     * Makes commits the repo's, after all that they reach was found here, under a lease that is
     * still held, and flushed.
     *
     * @param oldestFirst no parent behind its child
     * @param empty tells of a commit whether it comes without its files, as they were dropped where
     *     it comes from: then it is hollow here too. Those that come with all their files are
     *     hollow no more
     */
    public void admit(List<ObjectId> oldestFirst, Predicate<ObjectId> empty) {
        for (int from = 0; from < oldestFirst.size(); from += BATCH) {
            int to = Math.min(from + BATCH, oldestFirst.size());
            List<ObjectId> some = oldestFirst.subList(from, to);
            store.hollow().changing(() -> admitSome(some, empty));
        }
    }

    private void admitSome(List<ObjectId> commits, Predicate<ObjectId> empty) {
        Map<Boolean, List<ObjectId>> parts = commits.stream().collect(partitioningBy(empty));
        // Whoever marks them from here on must know already whether there are files to mark.
        store.hollow()
                .set(parts.getOrDefault(true, List.of()), parts.getOrDefault(false, List.of()));
        store.leases().naming().made(commits);
        Batch batch = new Batch();
        for (ObjectId id : commits) {
            batch.put(RefKeys.commit(repo.number(), id), Bytes.of(new byte[0]));
            store.paths().record(batch, repo.number(), commit(id));
        }
        store.meta().commit(batch);
    }

    /** The head of a branch; empty if there is no such branch, or no commit on it. */
    public Optional<ObjectId> head(String branch) {
        return store.branches()
                .find(new BranchId(repo.number(), branch))
                .map(found -> found.state().head())
                .map(Commit::id);
    }

    /**
     * Refuses what {@link #move} would refuse now, and changes nothing.
     *
     * @throws PfsException NOT_FAST_FORWARD, INVALID_NAME, IMPOSSIBLE for a protected branch
     */
    public void verifyMove(String branch, Commit to, Mode mode) {
        RefName.verifyRef(branch);
        BranchId id = new BranchId(repo.number(), branch);
        Optional<Branch> target = store.branches().find(id);
        if (target.isPresent()) {
            if (mode != Mode.MIRROR) {
                History.refuseProtected(target.get());
            }
            refuseSideways(branch, target.get().state().head(), to, mode);
        }
    }

    /**
     * Moves a branch, which is made if it is not there, to an admitted commit.
     *
     * @param expected the head that the caller saw, if it must not have moved since; null for any
     * @return true if it moved, false if it was there
     * @throws PfsException NOT_FAST_FORWARD, PRECONDITION_FAILED, MERGE_CONFLICT when uncommitted
     *     changes are in the way
     */
    public boolean move(String branch, @Nullable ObjectId expected, Commit to, Mode mode) {
        verifyMove(branch, to, mode);
        Branch target = store.branches().findOrMake(new BranchId(repo.number(), branch));
        History history = repo.history();
        HeadMoves.Move move =
                new HeadMoves.Move(
                        expected,
                        seen -> {
                            refuseSideways(branch, seen.head(), to, mode);
                            return to;
                        },
                        (seen, head) ->
                                mode == Mode.MIRROR ? head.root() : history.workOn(seen, head),
                        null,
                        _ -> true);
        try (Lease _ = store.leases().open()) {
            store.keep(repo.number(), to);
            return store.heads().move(target, move).created();
        }
    }

    private void refuseSideways(String branch, @Nullable Commit head, Commit to, Mode mode) {
        if (mode == Mode.FAST_FORWARD && head != null && !isAncestor(head, to)) {
            throw new PfsException(
                    ErrorCode.NOT_FAST_FORWARD,
                    "the branch '"
                            + branch
                            + "' has commits that "
                            + to.id().toString().substring(0, 12)
                            + " has not: fetch and merge them first, or force",
                    branch);
        }
    }

    /** Deletes a branch that its original has no more; the default one stays. */
    public void deleteBranch(String branch) {
        BranchId id = new BranchId(repo.number(), branch);
        if (!branch.equals(Repo.DEFAULT_BRANCH)) {
            store.branches().find(id).ifPresent(store.branches()::delete);
            store.changes().tell(repo.number(), null);
        }
    }

    /** A tag's commit; empty if there is no such tag. */
    public Optional<ObjectId> tag(String tag) {
        return store.meta()
                .get(RefKeys.tag(repo.number(), tag))
                .map(v -> ObjectId.decode(v.value().array(), 0));
    }

    /**
     * Sets a tag to an admitted commit. A tag never moves: EXISTS, unless this is a mirror.
     *
     * @return true if it was set, false if it was there
     */
    public boolean setTag(String tag, Commit to, Mode mode) {
        RefName.verifyRef(tag);
        try (Lease _ = store.leases().open()) {
            store.keep(repo.number(), to);
            return tagNow(tag, to, mode);
        }
    }

    private boolean tagNow(String tag, Commit to, Mode mode) {
        while (true) {
            Optional<MetaStore.Versioned> old = store.meta().get(RefKeys.tag(repo.number(), tag));
            ObjectId known = old.map(v -> ObjectId.decode(v.value().array(), 0)).orElse(null);
            if (Objects.equals(known, to.id())) {
                return false;
            }
            if (known != null && mode != Mode.MIRROR) {
                throw new PfsException(
                        ErrorCode.EXISTS,
                        "the tag '" + tag + "' is there already, at another commit",
                        tag);
            }
            Batch batch =
                    new Batch()
                            .require(
                                    RefKeys.tag(repo.number(), tag),
                                    old.map(MetaStore.Versioned::version).orElse(Batch.ABSENT))
                            .put(RefKeys.tag(repo.number(), tag), Bytes.of(to.id().toBytes()));
            if (store.meta().commit(batch)) {
                store.changes().tell(repo.number(), null);
                return true;
            }
        }
    }
}
