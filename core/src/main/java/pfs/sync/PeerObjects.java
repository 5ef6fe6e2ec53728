package pfs.sync;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.SentRecord;
import pfs.object.ObjectId;
import pfs.object.ObjectSource;

/**
 * The objects of another store, to mend this one's from: a replica, or any server that has the same
 * files. Thread-safe. A peer that cannot be reached is a PfsException with PEER_FAILED; an object
 * that it has not, or cannot read, is not there.
 */
public final class PeerObjects implements ObjectSource {
    private static final Logger LOG = LoggerFactory.getLogger(PeerObjects.class);

    private final Peer peer;

    /**
     * @param peer is closed with this
     */
    public PeerObjects(Peer peer) {
        this.peer = peer;
    }

    @Override
    public Optional<byte[]> fetch(ObjectId id) {
        AtomicReference<byte[]> found = new AtomicReference<>();
        try {
            peer.fetch(
                    List.of(id),
                    records ->
                            SentRecord.each(
                                    records,
                                    record -> {
                                        if (SentRecord.id(record).equals(id)) {
                                            found.set(SentRecord.bytes(record));
                                        }
                                    }));
        } catch (IOException e) {
            throw failed(id, e);
        } catch (PfsException e) {
            if (e.code() != ErrorCode.CORRUPT) {
                throw failed(id, e);
            }
            LOG.warn("the other store cannot give {}: {}", id, e.getMessage());
        }
        return Optional.ofNullable(found.get());
    }

    private static PfsException failed(ObjectId id, Exception e) {
        return new PfsException(
                ErrorCode.PEER_FAILED,
                "the other store did not answer as it should: " + e.getMessage(),
                id.toString(),
                e);
    }

    @Override
    public void close() {
        try {
            peer.close();
        } catch (IOException e) {
            LOG.warn("the other store was not closed: {}", e.getMessage());
        }
    }
}
