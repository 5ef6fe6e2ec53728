package pfs.repo;

import java.time.Instant;
import java.time.InstantSource;
import pfs.chunk.ContentStore;
import pfs.journal.Journal;
import pfs.meta.MetaStore;

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
        InstantSource clock) {

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
