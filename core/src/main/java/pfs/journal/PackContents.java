package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.IndexEntry;
import pfs.pack.PackHeader;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackRecord;
import pfs.pack.PackScanner;
import pfs.pack.PackStore;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/** What lies in finished packs, by their index blobs, or by themselves where there is no blob. */
final class PackContents {
    private final PackStore packs;

    PackContents(PackStore packs) {
        this.packs = packs;
    }

    /** All objects of a pack, in no order; one may be there twice. The list is the caller's. */
    List<IndexEntry> entries(long pack) throws IOException {
        Optional<PackIndexFormat> blob = blob(pack);
        return blob.isPresent() ? new ArrayList<>(blob.get().entries()) : scan(pack);
    }

    /** Where an object lies in a pack; empty if it is not there, or the pack is not. */
    Optional<Place> find(long pack, ObjectId id) throws IOException {
        Optional<PackIndexFormat> blob = blob(pack);
        if (blob.isPresent()) {
            return blob.get().find(id.toBytes());
        }
        if (packs.size(PackNumber.pack(pack)) < 0) {
            return Optional.empty();
        }
        return scan(pack).stream()
                .filter(entry -> id.equals(ObjectId.decode(entry.id(), 0)))
                .map(IndexEntry::place)
                .findFirst();
    }

    /** What the pack's index blob says; empty if it is missing, damaged, or another pack's. */
    Optional<PackIndexFormat> blob(long pack) throws IOException {
        long bytes = packs.size(PackNumber.index(pack));
        if (bytes < 0) {
            return Optional.empty();
        }
        ByteBuffer blob = ByteBuffer.allocate((int) bytes);
        packs.read(PackNumber.index(pack), 0, blob);
        try {
            return Optional.of(PackIndexFormat.decode(blob.flip()))
                    .filter(index -> index.pack() == pack);
        } catch (PfsException e) {
            return Optional.empty();
        }
    }

    private List<IndexEntry> scan(long pack) throws IOException {
        Scanned scanned = scanned(packs, pack);
        if (scanned.end < packs.size(PackNumber.pack(pack))) {
            throw new IOException(PackNumber.pack(pack) + " is damaged at " + scanned.end);
        }
        return scanned.entries;
    }

    /**
     * The objects of a pack, by its records.
     *
     * @param end of the last record that is intact
     */
    record Scanned(List<IndexEntry> entries, long end) {}

    /** Reads a pack from its first record to the last that is intact. */
    static Scanned scanned(PackStore packs, long pack) throws IOException {
        List<IndexEntry> entries = new ArrayList<>();
        PackScanner scanner = new PackScanner(packs, PackNumber.pack(pack), PackHeader.BYTES);
        for (Optional<PackRecord> r = scanner.next(); r.isPresent(); r = scanner.next()) {
            PackRecord record = r.get();
            if (record.kind() != RecordFormat.JOURNAL) {
                int offset = (int) scanner.position();
                Place place = new Place(record.kind(), pack, offset, record.length());
                entries.add(new IndexEntry(record.id(), place));
            }
        }
        return new Scanned(entries, scanner.end());
    }
}
