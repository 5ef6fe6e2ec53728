package pfs.repo;

import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import pfs.chunk.ContentStore;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.Journal;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;

/** The parts that all repos of one process share. */
record Store(
        MetaStore meta,
        Journal journal,
        ContentStore contents,
        Folder folder,
        Commits commits,
        WriteQueue queue,
        Branches branches,
        HeadMoves heads,
        PathSets paths,
        LogPauses pauses,
        Merging merging,
        Answers answers,
        Changes changes,
        Leases leases,
        Hollow hollow,
        InstantSource clock) {

    /**
     * True if a commit is a repo's, and stays with its files, if it has them, at least until the
     * caller's lease ends; if it is given a name until then, longer.
     */
    boolean keeps(long repo, ObjectId commit) {
        return keeps(repo, commit, false);
    }

    private boolean keeps(long repo, ObjectId commit, boolean ancestors) {
        return meta.get(RefKeys.commit(repo, commit)).isPresent()
                && journal.contains(commit)
                && leases.naming().name(commit, ancestors)
                // a collection that was on its way when this began has forgotten it by now
                && meta.get(RefKeys.commit(repo, commit)).isPresent();
    }

    /** Refuses, with NO_SUCH_REF, a commit that {@link #keeps} does not know, or without files. */
    void keep(long repo, Commit commit) {
        if (!keeps(repo, commit.id(), true)) {
            throw collected(commit.id());
        }
        hollow.refuse(commit.id());
    }

    /** The commit; NO_SUCH_REF if its files were dropped by a rule. */
    Commit withFiles(Commit commit) {
        hollow.refuse(commit.id());
        return commit;
    }

    /** Makes a change with what a commit reaches, if there is one; that stays meanwhile. */
    void keeping(long repo, @Nullable Commit commit, Runnable change) {
        try (Lease _ = leases.open()) {
            if (commit != null) {
                keep(repo, commit);
            }
            change.run();
        }
    }

    /** Finds the commits of a repo by ref expressions. */
    RefResolver resolver(long repo) {
        return new RefResolver(
                repo,
                meta,
                commits,
                commit -> keeps(repo, commit),
                branch ->
                        branches.find(new BranchId(repo, branch))
                                .map(found -> new RefResolver.Head(found.state().head())));
    }

    static PfsException collected(ObjectId commit) {
        return new PfsException(
                ErrorCode.NO_SUCH_REF,
                "there is no commit " + commit + " here: nothing named it, and it was collected",
                commit.toString());
    }

    /** A change of a head that was made before for its key; the replicas have it now. */
    Committed told(BranchId branch, Answer made) {
        changes.tell(branch.repo(), branch.branch());
        return commits.told(made);
    }

    /** Nanoseconds since 1970. */
    long now() {
        return nanos(clock);
    }

    static long nanos(InstantSource clock) {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
