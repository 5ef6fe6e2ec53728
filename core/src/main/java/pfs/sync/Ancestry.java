package pfs.sync;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Commit;

/** Finds the commits between what is wanted and what is known. Thread-safe. */
final class Ancestry {
    private static final Comparator<Commit> NEWEST_FIRST =
            Comparator.comparingLong(Commit::generation)
                    .thenComparingLong(Commit::time)
                    .thenComparing(Commit::id)
                    .reversed();

    private Ancestry() {}

    /**
     * The commits that {@code wanted} reach and {@code known} do not, oldest first: no parent
     * behind its child. All must be here. Walks the graph from both ends by generation until only
     * known ones are left.
     */
    static List<ObjectId> between(
            Arrivals door, Collection<ObjectId> wanted, Collection<ObjectId> known) {
        PriorityQueue<Commit> open = new PriorityQueue<>(NEWEST_FIRST);
        Map<ObjectId, Boolean> isKnown = new HashMap<>();
        int fresh = 0;
        for (ObjectId id : known) {
            fresh += paint(isKnown, open, door.commit(id), true);
        }
        for (ObjectId id : wanted) {
            fresh += paint(isKnown, open, door.commit(id), false);
        }
        List<ObjectId> found = new ArrayList<>();
        while (fresh > 0) {
            Commit at = open.remove();
            boolean old = Objects.requireNonNull(isKnown.remove(at.id()));
            if (!old) {
                fresh--;
                found.add(at.id());
            }
            for (ObjectId parent : at.parents()) {
                fresh += paint(isKnown, open, door.commit(parent), old);
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** Opens a commit, or marks one that is open; answers how many more are open and not known. */
    private static int paint(
            Map<ObjectId, Boolean> isKnown,
            PriorityQueue<Commit> open,
            Commit commit,
            boolean known) {
        Boolean before = isKnown.get(commit.id());
        if (before == null) {
            open.add(commit);
            isKnown.put(commit.id(), known);
            return known ? 0 : 1;
        }
        if (known && !before) {
            isKnown.put(commit.id(), true);
            return -1;
        }
        return 0;
    }
}
