package pfs.journal;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.PfsException;
import pfs.pack.AppendablePackStore;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackStore;

/**
 * Writes the index blob beside a finished pack, on a thread of its own: nobody waits for it, since
 * it can be made again from the pack at any time.
 */
final class PackSealer {
    private static final Logger LOG = LoggerFactory.getLogger(PackSealer.class);

    private final PackStore packs;

    PackSealer(PackStore packs) {
        this.packs = packs;
    }

    /**
     * @param entries all objects of the pack; empty: it is read
     */
    void seal(long pack, long bytes, Optional<List<IndexEntry>> entries) {
        Thread.ofVirtual().name("pfs-seal-" + pack).start(() -> write(pack, bytes, entries));
    }

    private void write(long pack, long bytes, Optional<List<IndexEntry>> entries) {
        try {
            if (entries.isPresent()) {
                put(pack, bytes, entries.get());
            } else {
                sealNow(pack, bytes);
            }
        } catch (IOException | PfsException e) {
            LOG.warn("pack {} has no index blob yet: {}", pack, e.getMessage());
        }
    }

    /**
     * Finishes what another process has begun, whose index blobs are written on a thread of their
     * own; answers where a new pack begins.
     */
    long takeOver(AppendablePackStore store, PackList there, long end) throws IOException {
        store.finish(PackNumber.pack(PackNumber.number(end)), PackNumber.offset(end));
        Map<Long, Long> whole = new TreeMap<>();
        for (long pack : there.packs()) {
            long bytes = there.indexed().contains(pack) ? -1 : store.size(PackNumber.pack(pack));
            if (bytes >= 0) {
                store.finish(PackNumber.pack(pack), bytes);
                whole.put(pack, bytes);
            }
        }
        Thread.ofVirtual()
                .name("pfs-seal")
                .start(() -> whole.forEach((pack, bytes) -> write(pack, bytes, Optional.empty())));
        return PackNumber.position(there.next(), 0);
    }

    /** Writes the blob now, if the pack is whole. */
    void sealNow(long pack, long bytes) throws IOException {
        PackContents.Scanned scanned = PackContents.scanned(packs, pack);
        if (scanned.end() == bytes) {
            put(pack, bytes, scanned.entries());
        }
    }

    private void put(long pack, long bytes, List<IndexEntry> entries) throws IOException {
        packs.put(PackNumber.index(pack), PackIndexFormat.encode(pack, bytes, entries));
        if (packs.size(PackNumber.pack(pack)) < 0) {
            // Collected and deleted meanwhile.
            packs.delete(PackNumber.index(pack));
        }
    }
}
