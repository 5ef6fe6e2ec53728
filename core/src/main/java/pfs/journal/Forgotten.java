package pfs.journal;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.object.ObjectId;
import pfs.pack.PackStore;
import pfs.pack.Place;

/**
 * What the index was told to forget since the store was opened, as long as it lies in its pack: for
 * those who are still reading what nothing names any more. It costs a look into each pack that was
 * swept, so it is asked when the index does not know an object. Thread-safe.
 */
final class Forgotten {
    private static final Logger LOG = LoggerFactory.getLogger(Forgotten.class);

    private final PackContents contents;
    private final ConcurrentSkipListSet<Long> swept = new ConcurrentSkipListSet<>();

    Forgotten(PackStore packs) {
        this.contents = new PackContents(packs);
    }

    /** The index is about to forget objects of this pack. */
    void add(long pack) {
        swept.add(pack);
    }

    /** The pack is deleted. */
    void remove(long pack) {
        swept.remove(pack);
    }

    /** Where the object lies; empty if it is in none of the packs that are left. */
    Optional<Place> find(ObjectId id) {
        for (long pack : swept.descendingSet()) {
            try {
                Optional<Place> found = contents.find(pack, id);
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException e) {
                LOG.warn("{} was not searched: {}", PackNumber.pack(pack), e.getMessage());
            }
        }
        return Optional.empty();
    }
}
