package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Where walks through history were left at the end of a page: the commits to go on with. A cache;
 * whoever asks for the next page of a walk that is not in it has it sought again. Thread-safe.
 */
final class LogPauses {
    private static final int KEPT = 128;

    /** Commits to go on with that are worth keeping: lines that run side by side. */
    private static final int MAX_OPEN = 2_048;

    /**
     * A commit of a walk.
     *
     * @param from where the walk began
     * @param path that it is about; "" for all
     * @param at the last commit that it gave
     */
    record Place(long repo, ObjectId from, String path, ObjectId at) {}

    @GuardedBy("this")
    private final Map<Place, List<ObjectId>> kept =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Place, List<ObjectId>> eldest) {
                    return size() > KEPT;
                }
            };

    synchronized @Nullable List<ObjectId> find(Place place) {
        return kept.get(place);
    }

    synchronized void keep(Place place, List<ObjectId> open) {
        if (open.size() <= MAX_OPEN) {
            kept.put(place, open);
        }
    }
}
