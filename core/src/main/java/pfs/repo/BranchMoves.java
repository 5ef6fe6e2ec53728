package pfs.repo;

import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/** Makes, moves and deletes the branches of one repo. Thread-safe. */
final class BranchMoves {
    private final long number;
    private final Store store;

    BranchMoves(long number, Store store) {
        this.number = number;
        this.store = store;
    }

    private BranchId id(String branch) {
        return new BranchId(number, branch);
    }

    /** EXISTS, INVALID_NAME. */
    void create(String branch, Commit at) {
        RefName.verifyRef(branch);
        Repo.refuseJobs(branch);
        moveBranchTo(
                store.branches().findOrMake(id(branch)),
                null,
                at,
                seen -> {
                    if (seen.version() != Batch.ABSENT) {
                        throw new PfsException(
                                ErrorCode.EXISTS,
                                "there is a branch '" + branch + "' already",
                                branch);
                    }
                    return at;
                });
    }

    /** Moves (or makes) a branch. NOT_EMPTY when it has uncommitted changes. */
    void move(String branch, Commit to, @Nullable ObjectId expectedHead) {
        RefName.verifyRef(branch);
        Repo.refuseJobs(branch);
        Branch target = store.branches().findOrMake(id(branch));
        History.refuseProtected(target);
        moveBranchTo(target, expectedHead, to, _ -> to);
    }

    private void moveBranchTo(
            Branch target, @Nullable ObjectId expectedHead, Commit named, HeadMoves.NextHead to) {
        HeadMoves.NextHead next =
                seen -> {
                    DirectoryEntry before =
                            seen.head() == null ? store.folder().empty() : seen.head().root();
                    if (!Differences.none(store.folder().trees(), before, seen.view().root())) {
                        throw new PfsException(
                                ErrorCode.NOT_EMPTY,
                                "the branch '"
                                        + target.id().branch()
                                        + "' has uncommitted changes: commit or reset them first",
                                target.id().branch());
                    }
                    return to.from(seen);
                };
        HeadMoves.NextWork work = (_, commit) -> commit.root();
        try (Lease _ = store.leases().open()) {
            store.keep(number, named);
            HeadMoves.Move move = new HeadMoves.Move(expectedHead, next, work, null, _ -> true);
            store.heads().move(target, move);
        }
    }

    /** NO_SUCH_REF. The default branch stays: IMPOSSIBLE. */
    void delete(String branch) {
        BranchId id = id(branch);
        Branch target = store.branches().find(id).orElseThrow(() -> Branches.missing(id));
        History.refuseProtected(target);
        if (branch.equals(Repo.DEFAULT_BRANCH)) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "the branch '" + branch + "' cannot be deleted", branch);
        }
        store.branches().delete(target);
        store.changes().tell(number, null);
    }
}
