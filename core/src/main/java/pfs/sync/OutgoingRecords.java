package pfs.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import pfs.journal.Journal;
import pfs.journal.StoredRecords;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Repos;

/**
 * Passes on the records of what commits added, until it is enough: all commits, then of each, the
 * oldest first, what {@link Outgoing} tells. For one use, by one thread.
 */
final class OutgoingRecords {
    /** Objects whose records are looked for at once; that many may come too many. */
    private static final int BATCH = 64;

    private final Journal journal;
    private final StoredRecords.Sink into;
    private final List<ObjectId> batch = new ArrayList<>();
    private long left;

    /**
     * @param bytes of records beside the commits' own, about
     */
    OutgoingRecords(Journal journal, long bytes, StoredRecords.Sink into) {
        this.journal = journal;
        this.into = into;
        this.left = bytes;
    }

    void pass(Repos repos, Arrivals door, List<ObjectId> commits) throws IOException {
        for (int from = 0; from < commits.size(); from += Peer.MAX_IDS) {
            pass(commits.subList(from, Math.min(commits.size(), from + Peer.MAX_IDS)));
        }
        Set<ObjectId> sent = Set.copyOf(commits);
        try {
            new Outgoing(repos, door, id -> sent.contains(id) || add(id)).walk(commits);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        pass(batch);
    }

    private boolean add(ObjectId id) {
        batch.add(id);
        if (batch.size() == BATCH) {
            try {
                left -= pass(batch);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            batch.clear();
        }
        return left > 0;
    }

    /** Answers the bytes. */
    private long pass(List<ObjectId> ids) throws IOException {
        StoredRecords records = journal.stored(ids);
        records.pass(into);
        for (ObjectId id : records.missing()) {
            into.records(journal.stored(id));
        }
        return records.bytes();
    }
}
