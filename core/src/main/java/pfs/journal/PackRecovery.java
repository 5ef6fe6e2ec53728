package pfs.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.pack.AppendablePackStore;
import pfs.pack.IndexEntry;
import pfs.pack.PackHeader;
import pfs.pack.PackIndex;
import pfs.pack.PackRecord;
import pfs.pack.PackScanner;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * Brings the index up to date with the packs after a stop of any kind. What lies behind the index's
 * position was perhaps never synced: the first record there that is not intact is the torn end of
 * the log, and it and all behind it were never acknowledged, because a sync covers everything
 * before it.
 */
final class PackRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(PackRecovery.class);
    private static final int BATCH = 4096;
    private static final long FIRST_PACK = 1;

    private final AppendablePackStore packs;
    private final PackIndex index;

    PackRecovery(AppendablePackStore packs, PackIndex index) {
        this.packs = packs;
        this.index = index;
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
        if (size(pack) < 0) {
            return PackNumber.position(pack, 0);
        }
        while (true) {
            long end = indexPack(pack, Math.max(from, PackHeader.BYTES));
            boolean torn = end < size(pack);
            if (torn) {
                cut(pack, end);
            }
            if (torn || size(pack + 1) < 0) {
                dropAfter(pack);
                return PackNumber.position(pack, end);
            }
            pack++;
            from = 0;
        }
    }

    private long size(long pack) throws IOException {
        return packs.size(PackNumber.pack(pack));
    }

    private long firstPack() throws IOException {
        for (String name : packs.list("", "", 1000)) {
            if (name.endsWith(".pack")) {
                return Long.parseUnsignedLong(name.substring(0, name.indexOf('.')), 16);
            }
        }
        return FIRST_PACK;
    }

    /** Answers the end of the intact records; 0 if not even the pack's header is whole. */
    private long indexPack(long pack, long from) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(PackHeader.BYTES);
        packs.read(PackNumber.pack(pack), 0, header);
        if (header.hasRemaining()) {
            return 0;
        }
        PackHeader.decode(header.flip());
        PackScanner scanner = new PackScanner(packs, PackNumber.pack(pack), from);
        List<IndexEntry> entries = new ArrayList<>();
        for (Optional<PackRecord> r = scanner.next(); r.isPresent(); r = scanner.next()) {
            PackRecord record = r.get();
            if (record.kind() != RecordFormat.JOURNAL) {
                int offset = (int) scanner.position();
                Place place = new Place(record.kind(), pack, offset, record.length());
                entries.add(new IndexEntry(record.id(), place));
            }
            if (entries.size() >= BATCH) {
                index.put(entries, new PackIndex.Position(pack, scanner.end()));
                entries.clear();
            }
        }
        index.put(entries, new PackIndex.Position(pack, scanner.end()));
        return scanner.end();
    }

    private void cut(long pack, long end) throws IOException {
        LOG.info(
                "cutting the torn end of {} from {} to {} bytes: it was never acknowledged",
                PackNumber.pack(pack),
                size(pack),
                end);
        try (AppendablePackStore.Appender appender = packs.append(PackNumber.pack(pack))) {
            appender.truncate(end);
            appender.sync();
        }
    }

    private void dropAfter(long last) throws IOException {
        for (long pack = last + 1; size(pack) >= 0; pack++) {
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
            for (long pack = first; pack <= PackNumber.number(to); pack++) {
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
