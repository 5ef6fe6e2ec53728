package pfs.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;

/** A peer at the end of a line that is cut at one call, before or after it was done there. */
final class FailingPeer implements Peer {
    /** When the line is cut. */
    enum Cut {
        BEFORE,
        AFTER
    }

    private final Peer peer;
    private final int call;
    private final Cut cut;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    FailingPeer(Peer peer, int call, Cut cut) {
        this.peer = peer;
        this.call = call;
        this.cut = cut;
    }

    /** One that only counts. */
    static FailingPeer never(Peer peer) {
        return new FailingPeer(peer, -1, Cut.BEFORE);
    }

    int calls() {
        return calls.get();
    }

    /** Bytes of ids and records that went either way. */
    long bytes() {
        return bytes.get();
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T through(Call<T> request) throws IOException {
        int now = calls.getAndIncrement();
        boolean dead = call >= 0 && now > call;
        if (dead || (now == call && cut == Cut.BEFORE)) {
            throw new IOException("cut at call " + now);
        }
        T answer = request.run();
        if (now == call) {
            throw new IOException("cut after call " + now);
        }
        return answer;
    }

    @Override
    public List<Ref> refs() throws IOException {
        return through(peer::refs);
    }

    @Override
    public List<ObjectId> lacks(List<ObjectId> ids) throws IOException {
        bytes.addAndGet(64L * ids.size());
        return through(() -> peer.lacks(ids));
    }

    @Override
    public List<ObjectId> lacksCommits(List<ObjectId> ids) throws IOException {
        bytes.addAndGet(64L * ids.size());
        return through(() -> peer.lacksCommits(ids));
    }

    @Override
    public List<ObjectId> hollow(List<ObjectId> ids) throws IOException {
        bytes.addAndGet(64L * ids.size());
        return through(() -> peer.hollow(ids));
    }

    @Override
    public void send(List<ByteBuffer> records) throws IOException {
        records.forEach(record -> bytes.addAndGet(record.remaining()));
        var _ =
                through(
                        () -> {
                            boolean half = calls.get() - 1 == call;
                            peer.send(half ? records.subList(0, records.size() / 2) : records);
                            return true;
                        });
    }

    @Override
    public void fetch(List<ObjectId> ids, Records into) throws IOException {
        bytes.addAndGet(32L * ids.size());
        var _ =
                through(
                        () -> {
                            peer.fetch(ids, counted(into));
                            return true;
                        });
    }

    @Override
    public void difference(List<ObjectId> wants, List<ObjectId> haves, long most, Records into)
            throws IOException {
        bytes.addAndGet(32L * (wants.size() + haves.size()));
        var _ =
                through(
                        () -> {
                            peer.difference(wants, haves, most, counted(into));
                            return true;
                        });
    }

    private Records counted(Records into) {
        return records -> {
            bytes.addAndGet(records.remaining());
            into.records(records);
        };
    }

    @Override
    public MoveAnswer move(List<Ref> refs, List<ObjectId> hollow, Arrivals.Mode mode)
            throws IOException {
        return through(() -> peer.move(refs, hollow, mode));
    }

    @Override
    public void close() throws IOException {
        peer.close();
    }
}
