package pfs.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.AppendablePackStore;
import pfs.pack.IndexEntry;
import pfs.pack.PackHeader;
import pfs.pack.PackIndex;
import pfs.pack.PackIndexFormat;
import pfs.pack.PackRecord;
import pfs.pack.PackScanner;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * Brings the index up to date with the packs after a stop of any kind. What lies behind the floor
 * (the index's position, the end of the last pack with an index blob: both were synced) was perhaps
 * never synced: the first record there that is not intact is the torn end of the log, and it and
 * all behind it were never acknowledged, because a sync covers everything before it. Below the
 * floor the same is damage: nothing is cut off, and what follows it is taken up.
 */
final class PackRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(PackRecovery.class);
    private static final int BATCH = 4096;
    private static final long FIRST_PACK = 1;

    private final AppendablePackStore packs;
    private final PackIndex index;
    private final PackList there;
    private final PackContents contents;

    PackRecovery(AppendablePackStore packs, PackIndex index, PackList there) {
        this.packs = packs;
        this.index = index;
        this.there = there;
        this.contents = new PackContents(packs);
    }

    /** Answers the end of the log: a position as {@link PackNumber} has it. */
    long recover() throws IOException {
        PackIndex.Position known = index.position();
        if (known.pack() > 0 && size(known.pack()) < known.offset()) {
            LOG.warn("the index is not of these packs; it is made again");
            index.clear();
            known = PackIndex.Position.START;
        }
        long pack = known.pack() > 0 ? known.pack() : firstPack();
        long from = known.pack() > 0 ? known.offset() : 0;
        if (there.dead().contains(pack)) {
            pack = after(pack);
            from = 0;
        }
        if (size(pack) < 0) {
            return PackNumber.position(pack, 0);
        }
        try (IndexBlobs blobs = new IndexBlobs(contents, indexedFrom(pack))) {
            return indexAll(pack, from, floor(known), blobs);
        }
    }

    /** Those whose index blob is less to read than they are: on a disk of its own none is. */
    private SortedSet<Long> indexedFrom(long pack) {
        SortedSet<Long> indexed = new TreeSet<>();
        if (!packs.exclusive()) {
            indexed.addAll(there.indexed().tailSet(pack));
            indexed.retainAll(there.packs());
        }
        return indexed;
    }

    private long indexAll(long first, long from, long floor, IndexBlobs blobs) throws IOException {
        long pack = first;
        long begin = from;
        while (true) {
            Optional<PackIndexFormat> blob = blobs.of(pack);
            long end =
                    blob.isPresent()
                            ? take(blob.get())
                            : scanPack(pack, Math.max(begin, PackHeader.BYTES), floor);
            boolean torn = blob.isEmpty() && end < size(pack);
            if (torn) {
                cut(pack, end);
            }
            if (torn || there.packs().higher(pack) == null) {
                dropAfter(pack);
                return PackNumber.position(pack, end);
            }
            pack = after(pack);
            begin = 0;
        }
    }

    /** The next pack in use; a new one if there is none. Collected packs leave holes. */
    private long after(long pack) {
        Long next = there.packs().higher(pack);
        if (next != null) {
            return next;
        }
        return Math.max(pack, there.dead().isEmpty() ? 0 : there.dead().last()) + 1;
    }

    /** A position before which all was synced. */
    private long floor(PackIndex.Position known) {
        long sealed = there.sealed();
        return Math.max(
                PackNumber.position(known.pack(), known.offset()),
                sealed == 0 ? 0 : PackNumber.position(sealed + 1, 0));
    }

    private long size(long pack) throws IOException {
        return packs.size(PackNumber.pack(pack));
    }

    private long firstPack() {
        if (!there.packs().isEmpty()) {
            return there.packs().first();
        }
        return there.dead().isEmpty() ? FIRST_PACK : there.dead().last() + 1;
    }

    /** Takes up what an index blob says, where to read the pack itself costs a transfer. */
    private long take(PackIndexFormat blob) {
        List<IndexEntry> entries = blob.entries();
        long end = blob.packBytes();
        PackIndex.Position whole = new PackIndex.Position(blob.pack(), end);
        for (int from = 0; from < entries.size(); from += BATCH) {
            index.put(entries.subList(from, Math.min(entries.size(), from + BATCH)));
        }
        index.put(List.of(), whole);
        return end;
    }

    /**
     * Answers the end of what is to be kept: 0 if not even the header above the floor is whole, the
     * pack's end if what is damaged lies below the floor.
     */
    private long scanPack(long pack, long from, long floor) throws IOException {
        if (!headerIsIntact(pack)) {
            if (PackNumber.position(pack, 0) >= floor) {
                return 0;
            }
            LOG.error("the header of {} is damaged", PackNumber.pack(pack));
        }
        PackScanner scanner = new PackScanner(packs, PackNumber.pack(pack), from);
        List<IndexEntry> entries = new ArrayList<>();
        boolean damaged = false;
        while (true) {
            for (Optional<PackRecord> r = scanner.next(); r.isPresent(); r = scanner.next()) {
                PackRecord record = r.get();
                // behind damage a record may be a part of another one's bytes: see PackScanner
                if (record.kind() != RecordFormat.JOURNAL && (!damaged || isWhatItSays(record))) {
                    int offset = (int) scanner.position();
                    Place place = new Place(record.kind(), pack, offset, record.length());
                    entries.add(new IndexEntry(record.id(), place));
                }
                if (entries.size() >= BATCH) {
                    index.put(entries, new PackIndex.Position(pack, scanner.end()));
                    entries.clear();
                }
            }
            long end = scanner.end();
            if (end == size(pack) || PackNumber.position(pack, end) >= floor) {
                index.put(entries, new PackIndex.Position(pack, end));
                return end;
            }
            LOG.error("{} is damaged at {}", PackNumber.pack(pack), end);
            damaged = true;
            if (!scanner.skipDamage()) {
                index.put(entries, new PackIndex.Position(pack, size(pack)));
                return size(pack);
            }
        }
    }

    private boolean headerIsIntact(long pack) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(PackHeader.BYTES);
        packs.read(PackNumber.pack(pack), 0, header);
        if (!PackHeader.isIntact(header.flip())) {
            return false;
        }
        PackHeader.decode(header);
        return true;
    }

    private static boolean isWhatItSays(PackRecord record) {
        try (Compressor compressor = new Compressor()) {
            return ObjectId.of(compressor.raw(record)).equals(ObjectId.decode(record.id(), 0));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void cut(long pack, long end) throws IOException {
        LOG.info(
                "cutting {} from {} to {} bytes: nothing behind them was acknowledged",
                PackNumber.pack(pack),
                size(pack),
                end);
        packs.finish(PackNumber.pack(pack), end);
    }

    private void dropAfter(long last) throws IOException {
        for (long pack : there.packs().tailSet(last, false)) {
            LOG.info("dropping {}, which was never acknowledged", PackNumber.pack(pack));
            packs.delete(PackNumber.pack(pack));
            packs.delete(PackNumber.index(pack));
        }
    }

    /** What is given each journal record. */
    interface Visitor {
        void visit(long position, PackRecord record);
    }

    /** Reads all journal records between two positions, in order. */
    void journal(long from, long to, Visitor visitor) {
        try {
            long first = Math.max(PackNumber.number(from), firstPack());
            if (first > PackNumber.number(to)) {
                return;
            }
            for (long pack : there.packs().subSet(first, true, PackNumber.number(to), true)) {
                boolean begins = pack == PackNumber.number(from);
                long offset = begins ? PackNumber.offset(from) : 0;
                journalOf(pack, Math.max(offset, PackHeader.BYTES), visitor);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void journalOf(long pack, long from, Visitor visitor) throws IOException {
        PackScanner scanner = new PackScanner(packs, PackNumber.pack(pack), from);
        for (Optional<PackRecord> r = scanner.next(); r.isPresent(); r = scanner.next()) {
            if (r.get().kind() == RecordFormat.JOURNAL) {
                visitor.visit(PackNumber.position(pack, scanner.position()), r.get());
            }
        }
        if (scanner.end() < size(pack)) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the journal is damaged in "
                            + PackNumber.pack(pack)
                            + " at "
                            + scanner.end()
                            + ": writes after it cannot be taken up",
                    PackNumber.pack(pack));
        }
    }
}
