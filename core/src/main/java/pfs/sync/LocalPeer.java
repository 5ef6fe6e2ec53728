package pfs.sync;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.StoredRecords;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Commit;
import pfs.repo.Lease;
import pfs.repo.Repo;
import pfs.repo.Repos;

/**
 * A repo of a store of this process: what answers for it when another store asks, and a peer by
 * itself where the store is a directory at hand. Thread-safe.
 */
public final class LocalPeer implements Peer {
    private static final int PAGE = 1_000;

    /** Missing objects that one answer names. */
    private static final int MAX_LACKING = MAX_IDS;

    private final Repos repos;
    private final Repo repo;
    private final Arrivals door;

    public LocalPeer(Repos repos, Repo repo) {
        this.repos = repos;
        this.repo = repo;
        this.door = repo.arrivals();
    }

    @Override
    public List<Ref> refs() {
        List<Ref> refs = new ArrayList<>();
        for (String name = ""; ; ) {
            List<String> page = repo.branches(name, PAGE);
            for (String branch : page) {
                refs.add(new Ref(Ref.Kind.BRANCH, branch, door.head(branch).orElse(null)));
            }
            if (page.size() < PAGE) {
                break;
            }
            name = page.getLast();
        }
        for (String name = ""; ; ) {
            List<String> page = repo.tags(name, PAGE);
            for (String tag : page) {
                door.tag(tag).ifPresent(id -> refs.add(new Ref(Ref.Kind.TAG, tag, id)));
            }
            if (page.size() < PAGE) {
                break;
            }
            name = page.getLast();
        }
        return refs;
    }

    @Override
    public List<ObjectId> lacks(List<ObjectId> ids) {
        return ids.stream().filter(id -> !door.contains(id)).toList();
    }

    @Override
    public List<ObjectId> lacksCommits(List<ObjectId> ids) {
        return ids.stream().filter(id -> !door.has(id)).toList();
    }

    @Override
    public List<ObjectId> hollow(List<ObjectId> ids) {
        return ids.stream().filter(id -> door.isHollow(id) && door.has(id)).toList();
    }

    @Override
    public void send(List<ByteBuffer> records) {
        records.forEach(this::receive);
    }

    /**
     * Keeps records: whole ones, in a buffer that has an array.
     *
     * @throws PfsException CORRUPT
     */
    public void receive(ByteBuffer records) {
        repos.journal().receive(records);
    }

    @Override
    public void fetch(List<ObjectId> ids, Records into) throws IOException {
        stored(ids).pass(records -> into.records(onHeap(records)));
    }

    private static ByteBuffer onHeap(ByteBuffer records) {
        return ByteBuffer.allocate(records.remaining()).put(records).flip();
    }

    /** The records of those of these objects that are here. */
    public StoredRecords stored(List<ObjectId> ids) {
        return repos.journal().stored(ids);
    }

    @Override
    public void difference(List<ObjectId> wants, List<ObjectId> haves, long bytes, Records into)
            throws IOException {
        for (ObjectId id : wants) {
            if (!door.has(id)) {
                throw new PfsException(
                        ErrorCode.NO_SUCH_REF, "there is no commit " + id + " here", id.toString());
            }
        }
        List<ObjectId> known = haves.stream().filter(door::has).toList();
        List<ObjectId> commits = Ancestry.between(door, wants, known);
        new OutgoingRecords(repos.journal(), bytes, records -> into.records(onHeap(records)))
                .pass(repos, door, commits);
    }

    @Override
    public MoveAnswer move(List<Ref> refs, List<ObjectId> hollow, Arrivals.Mode mode) {
        Set<ObjectId> targets = new LinkedHashSet<>();
        refs.forEach(
                ref -> {
                    if (ref.commit() != null) {
                        targets.add(ref.commit());
                    }
                });
        Closure closure = new Closure(repos, door, targets);
        closure.claim(hollow);
        // What was found whole stays so until a ref names it.
        try (Lease _ = repos.lease()) {
            return verifyAndMove(refs, closure, mode);
        }
    }

    private MoveAnswer verifyAndMove(List<Ref> refs, Closure closure, Arrivals.Mode mode) {
        Set<ObjectId> lacking = new LinkedHashSet<>();
        boolean whole =
                closure.check(
                        id -> {
                            if (lacking.size() < MAX_LACKING) {
                                lacking.add(id);
                            }
                        });
        return whole
                ? new MoveAnswer.Done(move(refs, closure, mode))
                : new MoveAnswer.Lacking(List.copyOf(lacking));
    }

    /** Sets refs whose commits are known to be whole. */
    List<Moved> move(List<Ref> refs, Closure closure, Arrivals.Mode mode) {
        for (Ref ref : refs) {
            verify(ref, mode);
            if (ref.commit() != null && closure.isEmpty(ref.commit())) {
                throw new PfsException(
                        ErrorCode.IMPOSSIBLE,
                        "the files of commit "
                                + ref.commit()
                                + " were dropped: no branch or tag can be set to it",
                        ref.name());
            }
        }
        repos.flush();
        door.admit(closure.commits(), closure::isEmpty);
        List<Moved> moved = new ArrayList<>();
        for (Ref ref : refs) {
            moved.add(new Moved(ref, set(ref, mode)));
        }
        return moved;
    }

    private void verify(Ref ref, Arrivals.Mode mode) {
        Commit to = commit(ref);
        if (to == null && mode != Arrivals.Mode.MIRROR) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST, "only a mirror deletes: " + ref, ref.name());
        }
        switch (ref.kind()) {
            case BRANCH -> {
                if (to != null) {
                    door.verifyMove(ref.name(), to, mode);
                }
            }
            case TAG -> {
                Optional<ObjectId> there = door.tag(ref.name());
                boolean other = to != null && there.isPresent() && !there.get().equals(to.id());
                if (other && mode != Arrivals.Mode.MIRROR) {
                    throw new PfsException(
                            ErrorCode.EXISTS,
                            "the tag '" + ref.name() + "' is there already, at another commit",
                            ref.name());
                }
            }
        }
    }

    private @Nullable Commit commit(Ref ref) {
        return ref.commit() == null ? null : door.commit(ref.commit());
    }

    private Moved.What set(Ref ref, Arrivals.Mode mode) {
        Commit to = commit(ref);
        boolean branch = ref.kind() == Ref.Kind.BRANCH;
        Optional<ObjectId> before = branch ? door.head(ref.name()) : door.tag(ref.name());
        if (to == null) {
            if (branch) {
                door.deleteBranch(ref.name());
            } else if (before.isPresent()) {
                repo.deleteTag(ref.name());
            }
            return before.isPresent() ? Moved.What.DELETED : Moved.What.SAME;
        }
        boolean changed =
                branch ? door.move(ref.name(), null, to, mode) : door.setTag(ref.name(), to, mode);
        if (!changed) {
            return Moved.What.SAME;
        }
        return before.isPresent() ? Moved.What.MOVED : Moved.What.NEW;
    }

    @Override
    public void close() {
        // The store is its owner's to close.
    }
}
