package pfs.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.SentRecord;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Commit;
import pfs.repo.Lease;
import pfs.repo.Repo;
import pfs.repo.Repos;

/**
 * Brings commits of another store here and moves refs to them. The other side tells what is new by
 * its own reckoning, a bounded amount at a time; what is missing then is found by walking from the
 * top and is asked for by id, in parallel. What came stays, so a pull that was cut off goes on
 * where it stopped; refs move when all is here. For one use, by one thread.
 */
public final class Pull {
    /** Bytes that the other side may send by its own reckoning at a time. */
    private static final long DIFFERENCE = 16L << 20;

    /** Ids of one request. */
    private static final int BATCH = 256;

    /** Missing objects that are gathered before they are asked for by id. */
    private static final int WAIT_FOR = 2_048;

    private static final int STREAMS = 4;

    /** Ids that are remembered so as not to be asked for twice. */
    private static final int REMEMBERED = 500_000;

    /** Heads that the other side is told of. */
    private static final int MAX_HAVES = 256;

    private final Repos repos;
    private final Arrivals door;
    private final LocalPeer here;
    private final Peer peer;
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    public Pull(Repos repos, Repo repo, Peer peer) {
        this.repos = repos;
        this.door = repo.arrivals();
        this.here = new LocalPeer(repos, repo);
        this.peer = peer;
    }

    /**
     * Pulls one branch, or all branches and tags.
     *
     * @param branch null for all
     * @param prefix before the names of branches here: "" to move those of the same name
     * @throws PfsException NOT_FAST_FORWARD, MERGE_CONFLICT, EXISTS; NO_SUCH_REF; CORRUPT for what
     *     the other side should not have sent
     */
    public SyncReport run(@Nullable String branch, String prefix, Arrivals.Mode mode)
            throws IOException {
        // What has come is named only at the end; until then it is no garbage.
        try (Lease _ = repos.lease()) {
            return pull(branch, prefix, mode);
        }
    }

    private SyncReport pull(@Nullable String branch, String prefix, Arrivals.Mode mode)
            throws IOException {
        List<Ref> theirs = Ref.chosen(peer.refs(), branch, "the other side has no branch");
        List<Ref> mine = here.refs();
        Set<ObjectId> wants = new LinkedHashSet<>();
        for (Ref ref : theirs) {
            if (ref.commit() != null && !door.has(ref.commit())) {
                wants.add(ref.commit());
            }
        }
        Closure closure = new Closure(repos, door, wants);
        if (!wants.isEmpty()) {
            gather(closure, List.copyOf(wants), heads(mine));
        }
        if (!closure.check(_ -> {})) {
            throw new IllegalStateException("objects went away while they were pulled");
        }
        List<Moved> moved = here.move(moves(theirs, mine, prefix, mode), closure, mode);
        return new SyncReport(
                moved.stream().filter(m -> m.what() != Moved.What.SAME).toList(),
                objects.get(),
                bytes.get());
    }

    /** The refs to set here. A branch that is ahead of the other side's stays. */
    private List<Ref> moves(List<Ref> theirs, List<Ref> mine, String prefix, Arrivals.Mode mode) {
        List<Ref> moves = new ArrayList<>();
        Set<String> kept = new HashSet<>();
        for (Ref ref : theirs) {
            String name = ref.kind() == Ref.Kind.BRANCH ? prefix + ref.name() : ref.name();
            Ref local = new Ref(ref.kind(), name, ref.commit());
            kept.add(local.toString());
            if (ref.commit() != null && !(mode == Arrivals.Mode.FAST_FORWARD && ahead(local))) {
                moves.add(local);
            }
        }
        if (mode == Arrivals.Mode.MIRROR) {
            for (Ref ref : mine) {
                boolean stays = kept.contains(ref.toString());
                if (!stays && !ref.name().equals(Repo.DEFAULT_BRANCH)) {
                    moves.add(new Ref(ref.kind(), ref.name(), null));
                }
            }
        }
        return moves;
    }

    private boolean ahead(Ref ref) {
        if (ref.kind() == Ref.Kind.TAG || ref.commit() == null) {
            return false;
        }
        Commit theirs = door.has(ref.commit()) ? door.commit(ref.commit()) : null;
        return theirs != null
                && door.head(ref.name())
                        .map(head -> door.isAncestor(theirs, door.commit(head)))
                        .orElse(false);
    }

    private static List<ObjectId> heads(List<Ref> mine) {
        Set<ObjectId> heads = new LinkedHashSet<>();
        for (Ref ref : mine) {
            if (ref.commit() != null && heads.size() < MAX_HAVES) {
                heads.add(ref.commit());
            }
        }
        return List.copyOf(heads);
    }

    private void gather(Closure closure, List<ObjectId> wants, List<ObjectId> heads)
            throws IOException {
        // Where an attempt before this one has brought the commits, it has brought more: what it
        // has not is asked for by id.
        int asked = wants.stream().allMatch(door::contains) ? closure.progress() : -1;
        Set<ObjectId> hollow = new HashSet<>();
        while (true) {
            long before = objects.get();
            if (closure.progress() > asked) {
                asked = closure.progress();
                List<ObjectId> haves = new ArrayList<>(closure.newestWhole());
                haves.addAll(heads);
                difference(wants, haves);
            }
            Wanted wanted = new Wanted();
            if (check(closure, wanted)) {
                return;
            }
            boolean learnt = closure.progress() == asked && ask(closure, hollow);
            if (learnt && !wanted.begun) {
                continue;
            }
            if (closure.progress() == asked || wanted.begun) {
                wanted.finish();
            }
            if (objects.get() == before && !learnt) {
                throw new PfsException(
                        ErrorCode.PEER_FAILED,
                        "the other side has not all that its refs reach; it lacks "
                                + wanted.example);
            }
        }
    }

    /**
     * Asks, once of each commit, whether the other side has its files itself.
     *
     * @return true if there are some that are to be taken without
     */
    private boolean ask(Closure closure, Set<ObjectId> asked) throws IOException {
        List<ObjectId> open = closure.open().stream().filter(asked::add).toList();
        boolean any = false;
        for (int from = 0; from < open.size(); from += Peer.MAX_IDS) {
            int to = Math.min(from + Peer.MAX_IDS, open.size());
            List<ObjectId> hollow = peer.hollow(open.subList(from, to));
            closure.claim(hollow);
            any |= !hollow.isEmpty();
        }
        return any;
    }

    private static boolean check(Closure closure, Wanted wanted) throws IOException {
        try {
            return closure.check(wanted::add);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            wanted.streams.settle();
        }
    }

    private void difference(List<ObjectId> wants, List<ObjectId> haves) throws IOException {
        peer.difference(wants, haves, DIFFERENCE, this::receive);
    }

    private void receive(ByteBuffer records) {
        here.receive(records);
        SentRecord.each(records, _ -> objects.incrementAndGet());
        bytes.addAndGet(records.remaining());
    }

    /** What one walk has found missing, asked for while the walk goes on. */
    private final class Wanted {
        private final Streams streams = new Streams(STREAMS);
        private final Set<ObjectId> known = new HashSet<>();
        private final List<ObjectId> waiting = new ArrayList<>();
        private boolean begun;
        private String example = "";

        void add(ObjectId id) {
            if (known.size() > REMEMBERED) {
                known.clear();
            }
            if (known.add(id)) {
                example = id.toString();
                waiting.add(id);
                if (waiting.size() >= (begun ? BATCH : WAIT_FOR)) {
                    ask();
                }
            }
        }

        private void ask() {
            begun = true;
            try {
                for (int from = 0; from < waiting.size(); from += BATCH) {
                    int to = Math.min(from + BATCH, waiting.size());
                    List<ObjectId> ids = List.copyOf(waiting.subList(from, to));
                    streams.submit(() -> peer.fetch(ids, Pull.this::receive));
                }
                waiting.clear();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Returns when all that was found has come. */
        void finish() throws IOException {
            try {
                ask();
            } catch (UncheckedIOException e) {
                throw new IOException(e.getMessage(), e);
            } finally {
                streams.await();
            }
        }
    }
}
