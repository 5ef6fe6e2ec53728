package pfs.repo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Finds the best common ancestors of two commits. Thread-safe.
 *
 * <p>Lines of first parents are compared by jumps, in O(log n) reads; where neither side has merged
 * anything since the lines parted, that is the answer, however long they are. Where one side has
 * merged nothing, the question is only how much of its line the other has merged, and that is
 * looked up in what the other has merged since. Only where both have, the graph is painted from
 * both ends by generation, as git does it.
 */
final class MergeBases {
    private static final int FROM_ONE = 1;
    private static final int FROM_OTHER = 2;
    private static final int STALE = 4;

    /** Heads whose merged commits are remembered. */
    private static final int REMEMBERED = 16;

    /** Merged commits that are worth remembering. */
    private static final int MAX_MERGED = 200_000;

    /** Heads between a remembered one and a new one. */
    private static final int MAX_STEPS = 256;

    private static final Comparator<Commit> NEWEST_FIRST =
            Comparator.comparingLong(Commit::generation)
                    .thenComparingLong(Commit::time)
                    .thenComparing(Commit::id)
                    .reversed();

    /**
     * The commits of at least generation {@code floor} that a head has as ancestors beside its line
     * of first parents.
     */
    private record Merged(long floor, Set<ObjectId> ids) {}

    private final Commits commits;

    private final Map<ObjectId, Merged> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ObjectId, Merged> eldest) {
                    return size() > REMEMBERED;
                }
            };

    MergeBases(Commits commits) {
        this.commits = commits;
    }

    /** The best common ancestors, the newest first; more than one for histories that cross. */
    List<Commit> of(Commit one, Commit other) {
        Commit meet = commits.whereLinesMeet(one, other);
        if (meet == null) {
            return paint(one, other);
        }
        if (meet.id().equals(one.id()) || meet.id().equals(other.id())) {
            return List.of(meet);
        }
        boolean oneMerged = one.merges() > meet.merges();
        boolean otherMerged = other.merges() > meet.merges();
        if (oneMerged && otherMerged) {
            return paint(one, other);
        }
        if (!oneMerged && !otherMerged) {
            return List.of(meet);
        }
        return List.of(oneMerged ? lastMerged(one, other, meet) : lastMerged(other, one, meet));
    }

    /** True if one commit is the other or an ancestor of it. */
    boolean isAncestor(Commit ancestor, Commit of) {
        return ancestor.generation() <= of.generation()
                && of(ancestor, of).stream().anyMatch(c -> c.id().equals(ancestor.id()));
    }

    /** The newest commit on the plain line from {@code meet} to {@code tip} that head has. */
    private Commit lastMerged(Commit head, Commit tip, Commit meet) {
        Set<ObjectId> merged = merged(head, meet.generation() + 1);
        long low = meet.number();
        long high = tip.number();
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            Commit at = Objects.requireNonNull(commits.byNumber(tip, middle));
            if (merged.contains(at.id())) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return Objects.requireNonNull(commits.byNumber(tip, low));
    }

    private synchronized Set<ObjectId> merged(Commit head, long floor) {
        Commit known = head;
        @Nullable Merged found = remembered.get(head.id());
        for (int i = 0; i < MAX_STEPS && (found == null || found.floor > floor); i++) {
            if (known.parents().isEmpty() || known.generation() < floor) {
                break;
            }
            known = commits.read(known.parents().getFirst());
            found = remembered.get(known.id());
        }
        boolean usable = found != null && found.floor <= floor;
        Set<ObjectId> ids = usable && found != null ? found.ids : new HashSet<>();
        long from = usable && found != null ? found.floor : floor;
        if (!usable || !known.id().equals(head.id())) {
            gather(head, usable ? known : null, from, ids);
            if (usable) {
                remembered.remove(known.id());
            }
            if (ids.size() <= MAX_MERGED) {
                remembered.put(head.id(), new Merged(from, ids));
            }
        }
        return ids;
    }

    /** Adds what the line from head down to {@code stop} (or the floor) has merged. */
    private void gather(Commit head, @Nullable Commit stop, long floor, Set<ObjectId> into) {
        Deque<Commit> tips = new ArrayDeque<>();
        for (Commit at = head;
                at.generation() >= floor && (stop == null || !at.id().equals(stop.id()));
                at = commits.read(at.parents().getFirst())) {
            at.parents().stream().skip(1).forEach(p -> tips.push(commits.read(p)));
            if (at.parents().isEmpty()) {
                break;
            }
        }
        while (!tips.isEmpty()) {
            Commit tip = tips.pop();
            @Nullable Commit meet = commits.whereLinesMeet(tip, head);
            long end = meet == null ? 0 : meet.number();
            for (Commit at = tip; at.number() > end && at.generation() >= floor; ) {
                if (!into.add(at.id())) {
                    break;
                }
                at.parents().stream().skip(1).forEach(p -> tips.push(commits.read(p)));
                if (at.parents().isEmpty()) {
                    break;
                }
                at = commits.read(at.parents().getFirst());
            }
        }
    }

    /** Paints both commits' ancestors, newest generation first, until all that is left is old. */
    private List<Commit> paint(Commit one, Commit other) {
        PriorityQueue<Commit> open = new PriorityQueue<>(NEWEST_FIRST);
        Map<ObjectId, Integer> paints = new HashMap<>();
        List<Commit> bases = new ArrayList<>();
        int fresh = paint(paints, open, one, FROM_ONE) + paint(paints, open, other, FROM_OTHER);
        while (fresh > 0) {
            Commit at = open.remove();
            int paint = Objects.requireNonNull(paints.remove(at.id()));
            if ((paint & STALE) == 0) {
                fresh--;
                if (paint == (FROM_ONE | FROM_OTHER)) {
                    bases.add(at);
                    paint |= STALE;
                }
            }
            for (ObjectId parent : at.parents()) {
                fresh += paint(paints, open, commits.read(parent), paint);
            }
        }
        return bases;
    }

    /** Answers how many more fresh commits are open. */
    private static int paint(
            Map<ObjectId, Integer> paints, PriorityQueue<Commit> open, Commit commit, int paint) {
        @Nullable Integer old = paints.get(commit.id());
        if (old == null) {
            open.add(commit);
            paints.put(commit.id(), paint);
            return (paint & STALE) == 0 ? 1 : 0;
        }
        paints.put(commit.id(), old | paint);
        boolean was = (old & STALE) == 0;
        boolean is = ((old | paint) & STALE) == 0;
        return was == is ? 0 : is ? 1 : -1;
    }
}
