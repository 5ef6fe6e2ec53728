package pfs.journal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.pack.Place;

/**
 * Decides, while garbage is collected, on which of the objects that are there an inserter may rely
 * instead of storing them again. Thread-safe.
 *
 * <p>While marking goes on, on all: what he relies on is written down, and marked before anything
 * goes. Once it is frozen, only on what is marked and on what is newer than the collection;
 * anything else is stored again, and the old copy may go. After the end he relies on nothing old.
 * Each inserter writes down first and looks for the freeze afterwards, the collector freezes first
 * and reads what was written down afterwards: so one of them sees the other.
 */
final class Admission {
    /** Objects that are written down before inserters store again what they cannot write down. */
    private static final int MOST_RECORDED = 200_000;

    private final long floor;
    private final Set<ObjectId> recorded = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Predicate<ObjectId> marked;

    /**
     * @param floor packs from this one on are not collected
     */
    Admission(long floor) {
        this.floor = floor;
    }

    /** True if an object at this place will stay. */
    boolean relies(ObjectId id, Place place) {
        if (place.pack() >= floor) {
            return true;
        }
        Predicate<ObjectId> frozen = marked;
        if (frozen == null) {
            if (recorded.size() >= MOST_RECORDED) {
                return false;
            }
            recorded.add(id);
            frozen = marked;
        }
        return frozen == null || frozen.test(id);
    }

    /**
     * From here on inserters rely on marked objects only.
     *
     * @return what they have relied on so far, which is to be marked
     */
    Set<ObjectId> freeze(Predicate<ObjectId> marks) {
        marked = marks;
        return recorded;
    }

    /** For who comes too late: the marks are gone. */
    void end() {
        marked = _ -> false;
    }
}
