package pfs.sync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Repo;
import pfs.repo.Repos;

/**
 * Sends commits to another store and moves its refs to them. What it has is found out by its refs
 * and by asking it in batches; objects that an attempt before this one brought over are found there
 * and not sent again. The other store decides whether all is there, and only then moves anything,
 * so a push may be cut off at any point. For one use, by one thread.
 */
public final class Push {
    /** Ids of one question. */
    private static final int BATCH = 2_048;

    /** Bytes of records of one request. */
    private static final int REQUEST = 4 << 20;

    /** So little is sent without asking first. */
    private static final int SMALL = 128 << 10;

    private static final int SMALL_IDS = 128;

    /** Commits from which on it is worth to ask whether the other side has some of them. */
    private static final int MANY_COMMITS = 64;

    private static final int STREAMS = 4;

    /** How often the other side may find something missing that it was thought to have. */
    private static final int ROUNDS = 1_000;

    private final Repos repos;
    private final Arrivals door;
    private final LocalPeer here;
    private final Peer peer;
    private final AtomicLong objects = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    public Push(Repos repos, Repo repo, Peer peer) {
        this.repos = repos;
        this.door = repo.arrivals();
        this.here = new LocalPeer(repos, repo);
        this.peer = peer;
    }

    /**
     * Pushes one branch, or all branches and tags.
     *
     * @param branch null for all
     * @throws PfsException NOT_FAST_FORWARD and what else the other side refuses; NO_SUCH_REF
     */
    public SyncReport run(@Nullable String branch, Arrivals.Mode mode) throws IOException {
        List<Ref> mine = Ref.chosen(here.refs(), branch, "there is no branch");
        List<Ref> theirs = peer.refs();
        Map<String, Ref> there = new HashMap<>();
        theirs.forEach(ref -> there.put(ref.toString(), ref));
        List<Ref> moves = new ArrayList<>();
        for (Ref ref : mine) {
            Ref old = there.remove(ref.toString());
            ObjectId before = old == null ? null : old.commit();
            boolean same = before != null && Objects.equals(before, ref.commit());
            if (ref.commit() != null && !same) {
                refuseEarly(ref, old, mode);
                moves.add(ref);
            }
        }
        if (mode == Arrivals.Mode.MIRROR && branch == null) {
            there.values().stream()
                    .filter(ref -> !ref.name().equals(Repo.DEFAULT_BRANCH))
                    .forEach(ref -> moves.add(new Ref(ref.kind(), ref.name(), null)));
        }
        Set<ObjectId> known = new LinkedHashSet<>();
        theirs.forEach(
                ref -> {
                    if (ref.commit() != null && door.has(ref.commit())) {
                        known.add(ref.commit());
                    }
                });
        return run(moves, known, mode);
    }

    /**
     * Sets refs of the other side.
     *
     * @param known commits of this repo that the other side has
     */
    public SyncReport run(List<Ref> moves, Collection<ObjectId> known, Arrivals.Mode mode)
            throws IOException {
        if (moves.isEmpty()) {
            return new SyncReport(List.of(), 0, 0);
        }
        Set<ObjectId> heads = new LinkedHashSet<>();
        for (Ref ref : moves) {
            if (ref.commit() != null) {
                heads.add(ref.commit());
            }
        }
        List<ObjectId> hollow = send(missingCommits(heads, known));
        for (int round = 0; round < ROUNDS; round++) {
            switch (peer.move(moves, hollow, mode)) {
                case MoveAnswer.Done done -> {
                    return new SyncReport(
                            done.refs().stream()
                                    .filter(moved -> moved.what() != Moved.What.SAME)
                                    .toList(),
                            objects.get(),
                            bytes.get());
                }
                case MoveAnswer.Lacking lacking -> sendAll(lacking.ids());
            }
        }
        throw new PfsException(
                ErrorCode.PEER_FAILED,
                "the other side still lacks objects after they were sent to it "
                        + ROUNDS
                        + " times");
    }

    /** What the other side would refuse is refused before anything is sent. */
    private void refuseEarly(Ref ref, @Nullable Ref old, Arrivals.Mode mode) {
        ObjectId to = ref.commit();
        ObjectId from = old == null ? null : old.commit();
        if (to == null || from == null || mode == Arrivals.Mode.MIRROR) {
            return;
        }
        if (ref.kind() == Ref.Kind.TAG) {
            throw new PfsException(
                    ErrorCode.EXISTS,
                    "the tag '" + ref.name() + "' is there already, at another commit",
                    ref.name());
        }
        boolean forward = door.has(from) && door.isAncestor(door.commit(from), door.commit(to));
        if (!forward && mode == Arrivals.Mode.FAST_FORWARD) {
            throw new PfsException(
                    ErrorCode.NOT_FAST_FORWARD,
                    "the other side's branch '"
                            + ref.name()
                            + "' has commits that this one has not: fetch and merge them first, or"
                            + " force",
                    ref.name());
        }
    }

    /** The commits that the other side has not, oldest first. */
    private List<ObjectId> missingCommits(Set<ObjectId> heads, Collection<ObjectId> known)
            throws IOException {
        List<ObjectId> commits = Ancestry.between(door, heads, known);
        if (commits.size() <= MANY_COMMITS) {
            return commits;
        }
        // It may have had them by another name: ask for some, closer and closer to the heads.
        List<ObjectId> asked = new ArrayList<>();
        for (int back = 1; back <= commits.size(); back *= 2) {
            asked.add(commits.get(commits.size() - back));
        }
        Set<ObjectId> lacks = Set.copyOf(peer.lacksCommits(asked));
        List<ObjectId> found = new ArrayList<>(known);
        asked.stream().filter(id -> !lacks.contains(id)).forEach(found::add);
        return found.size() == known.size() ? commits : Ancestry.between(door, heads, found);
    }

    /** Sends what these commits added, some of it at a time; answers those without files. */
    private List<ObjectId> send(List<ObjectId> commits) throws IOException {
        Streams streams = new Streams(STREAMS);
        List<ObjectId> batch = new ArrayList<>();
        Outgoing outgoing =
                new Outgoing(
                        repos,
                        door,
                        id -> {
                            batch.add(id);
                            if (batch.size() == BATCH) {
                                submit(streams, List.copyOf(batch));
                                batch.clear();
                            }
                            return true;
                        });
        try {
            outgoing.walk(commits);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            streams.settle();
        }
        streams.await();
        sendLast(batch);
        return outgoing.hollow();
    }

    private void submit(Streams streams, List<ObjectId> ids) {
        try {
            streams.submit(() -> sendAll(peer.lacks(ids)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A little is sent at once: asking would cost as much. */
    private void sendLast(List<ObjectId> ids) throws IOException {
        if (ids.size() <= SMALL_IDS) {
            List<ByteBuffer> records = new ArrayList<>();
            long size = 0;
            for (int i = 0; i < ids.size() && size <= SMALL; i++) {
                ByteBuffer record = repos.journal().stored(ids.get(i));
                size += record.remaining();
                records.add(record);
            }
            if (size <= SMALL) {
                sendRecords(records);
                return;
            }
        }
        for (int from = 0; from < ids.size(); from += BATCH) {
            sendAll(peer.lacks(ids.subList(from, Math.min(from + BATCH, ids.size()))));
        }
    }

    private void sendAll(List<ObjectId> ids) throws IOException {
        List<ByteBuffer> records = new ArrayList<>();
        long size = 0;
        for (ObjectId id : ids) {
            ByteBuffer record = repos.journal().stored(id);
            if (size > 0 && size + record.remaining() > REQUEST) {
                sendRecords(records);
                records.clear();
                size = 0;
            }
            records.add(record);
            size += record.remaining();
        }
        sendRecords(records);
    }

    private void sendRecords(List<ByteBuffer> records) throws IOException {
        if (!records.isEmpty()) {
            peer.send(List.copyOf(records));
            objects.addAndGet(records.size());
            records.forEach(record -> bytes.addAndGet(record.remaining()));
        }
    }
}
