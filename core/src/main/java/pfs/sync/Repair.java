package pfs.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import pfs.journal.Journal;
import pfs.journal.SentRecord;
import pfs.object.ObjectId;

/**
 * Fetches objects that are missing or damaged here from another store, by id. Each is verified by
 * its hash before it takes the place of what was here. Thread-safe.
 */
public final class Repair {
    private final Journal journal;
    private final Peer peer;

    public Repair(Journal journal, Peer peer) {
        this.journal = journal;
        this.peer = peer;
    }

    /**
     * Returns when what could be had is durable.
     *
     * @param ids at most {@link Peer#MAX_IDS}
     * @return the ids of the objects that are whole again; the peer has not the others
     * @throws pfs.error.PfsException CORRUPT if the peer sends something else
     */
    public Set<ObjectId> repair(List<ObjectId> ids) throws IOException {
        Set<ObjectId> mended = new HashSet<>();
        Set<ObjectId> wanted = Set.copyOf(ids);
        peer.fetch(
                ids,
                records -> SentRecord.each(records, record -> receive(record, wanted, mended)));
        journal.flush();
        return mended;
    }

    private void receive(ByteBuffer record, Set<ObjectId> wanted, Set<ObjectId> mended) {
        if (wanted.contains(SentRecord.id(record))) {
            mended.add(journal.receiveAgain(record));
        }
    }
}
