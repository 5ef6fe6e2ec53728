package pfs.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.Place;

/**
 * What is in the packs that were begun here and are not finished yet, so that the index blob of one
 * need not be made by reading it back. Up to a limit of objects for all of them; a pack that goes
 * beyond it is read. Thread-safe.
 */
final class OpenPacks {
    /** Objects, of some 110 bytes each. */
    private static final int MOST = 1 << 16;

    private final long first;
    private final int most;

    @GuardedBy("this")
    private final Map<Long, List<IndexEntry>> packs = new HashMap<>();

    /** The last pack of which not all is known. */
    @GuardedBy("this")
    private long unknown;

    @GuardedBy("this")
    private int count;

    /**
     * @param end of the log, as {@link PackNumber} has it, before anything is appended to it
     */
    OpenPacks(long end) {
        this(end, MOST);
    }

    /**
     * @param most objects that are kept
     */
    OpenPacks(long end, int most) {
        long number = PackNumber.number(end);
        this.first = PackNumber.offset(end) == 0 ? number : number + 1;
        this.most = most;
    }

    /** An object was appended; packs come in order. */
    synchronized void add(ObjectId id, Place place) {
        if (place.pack() < first || place.pack() <= unknown) {
            return;
        }
        if (count == most) {
            unknown = place.pack();
            take(place.pack());
            return;
        }
        packs.computeIfAbsent(place.pack(), _ -> new ArrayList<>())
                .add(new IndexEntry(id.toBytes(), place));
        count++;
    }

    /** All objects of a pack, which is finished now; empty if not all are known. */
    synchronized Optional<List<IndexEntry>> take(long pack) {
        List<IndexEntry> entries = packs.remove(pack);
        if (entries != null) {
            count -= entries.size();
        }
        return Optional.ofNullable(entries);
    }
}
