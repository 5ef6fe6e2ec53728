package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
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
 * Reads all that is in the packs and says what is damaged: each record's CRC32C, and each object's
 * SHA-256. Beside everything else; thread-safe. Only what was durable when it began is looked at.
 */
public final class PackAudit {
    private final Journal journal;
    private final AppendablePackStore packs;
    private final PackIndex index;
    private final Compressor compressor;
    private final long end;

    /**
     * @param end of what is durable
     */
    PackAudit(
            Journal journal,
            AppendablePackStore packs,
            PackIndex index,
            Compressor compressor,
            long end) {
        this.journal = journal;
        this.packs = packs;
        this.index = index;
        this.compressor = compressor;
        this.end = end;
    }

    /** Told what is found. */
    public interface Visitor {
        /** An object whose bytes are what its id says. */
        void intact(IndexEntry object);

        /**
         * A part of a pack, or of what is beside it, that cannot be used.
         *
         * @param file of the pack store
         * @param from offset in it
         * @param to the end of it, as far as that is known
         */
        void damaged(String file, long from, long to, String why);
    }

    /** The packs in use, in order. */
    public List<Long> packs() throws IOException {
        return PackList.of(packs).packs().stream()
                .filter(pack -> pack <= PackNumber.number(end))
                .toList();
    }

    /**
     * Checks a pack and its index blob.
     *
     * @param pace told of bytes that were read, so that it may hold the reading up
     */
    public void check(long pack, Visitor visitor, LongConsumer pace) throws IOException {
        String name = PackNumber.pack(pack);
        long size = packs.size(name);
        long limit = pack == PackNumber.number(end) ? PackNumber.offset(end) : size;
        if (size < 0) {
            // Collected since it was listed.
            return;
        }
        checkHeader(pack, visitor);
        PackScanner scanner = new PackScanner(packs, name, PackHeader.BYTES);
        long reached = PackHeader.BYTES;
        while (reached < limit) {
            Optional<PackRecord> next = scanner.next();
            if (next.isPresent()) {
                check(pack, scanner.position(), next.get(), visitor);
                pace.accept(next.get().length());
                reached = scanner.end();
                continue;
            }
            long from = scanner.end();
            boolean more = from < limit && scanner.skipDamage();
            reached = more ? Math.min(limit, scanner.end()) : limit;
            if (from < limit) {
                visitor.damaged(name, from, reached, "no intact record");
            }
        }
        checkBlob(pack, size, visitor);
    }

    private void checkHeader(long pack, Visitor visitor) throws IOException {
        String name = PackNumber.pack(pack);
        ByteBuffer header = ByteBuffer.allocate(PackHeader.BYTES);
        packs.read(name, 0, header);
        try {
            if (PackHeader.decode(header.flip()) != pack) {
                visitor.damaged(name, 0, PackHeader.BYTES, "the header is another pack's");
            }
        } catch (PfsException e) {
            visitor.damaged(name, 0, PackHeader.BYTES, String.valueOf(e.getMessage()));
        }
    }

    private void check(long pack, long position, PackRecord record, Visitor visitor) {
        String why = null;
        try {
            ObjectId id = ObjectId.of(compressor.raw(record));
            if (!id.equals(ObjectId.decode(record.id(), 0))) {
                why = "the bytes are those of " + id;
            }
        } catch (IllegalArgumentException e) {
            why = String.valueOf(e.getMessage());
        }
        if (why != null) {
            String name = PackNumber.pack(pack);
            visitor.damaged(name, position, position + record.length(), why);
        } else if (record.kind() != RecordFormat.JOURNAL) {
            Place place = new Place(record.kind(), pack, (int) position, record.length());
            visitor.intact(new IndexEntry(record.id(), place));
        }
    }

    private void checkBlob(long pack, long packBytes, Visitor visitor) throws IOException {
        String name = PackNumber.index(pack);
        long size = packs.size(name);
        if (size < 0) {
            return;
        }
        ByteBuffer blob = ByteBuffer.allocate((int) Math.min(size, Integer.MAX_VALUE - 8));
        packs.read(name, 0, blob);
        try {
            PackIndexFormat decoded = PackIndexFormat.decode(blob.flip());
            if (decoded.pack() != pack || decoded.packBytes() != packBytes) {
                visitor.damaged(name, 0, size, "it is another pack's");
            }
        } catch (PfsException e) {
            visitor.damaged(name, 0, size, String.valueOf(e.getMessage()));
        }
    }

    /** Makes a pack's index blob again from the pack, which must be whole. */
    public void sealAgain(long pack) throws IOException {
        packs.delete(PackNumber.index(pack));
        new PackSealer(packs).sealNow(pack, packs.size(PackNumber.pack(pack)));
    }

    /** True if the index knows the object, at this place or another that is in use. */
    public boolean isIndexed(IndexEntry object) {
        Place place = journal.place(ObjectId.decode(object.id(), 0));
        return place != null && !journal.isGone(place.pack());
    }

    /** Where the index says an object is; empty if it knows nothing. */
    public Optional<Place> place(ObjectId id) {
        return Optional.ofNullable(journal.place(id));
    }

    /** Has the index know these objects here. */
    public void index(List<IndexEntry> objects) {
        index.put(objects);
    }

    /** Has the index forget an object's place in a pack. */
    public void forget(ObjectId id, long pack) {
        index.remove(List.of(id.toBytes()), pack);
    }

    /** Stores an object again, though the index says that it is there. Durable after a flush. */
    public void store(ObjectKind kind, ObjectId id, byte[] bytes) {
        if (!ObjectId.of(bytes).equals(id)) {
            throw new IllegalArgumentException("these are not the bytes of " + id);
        }
        journal.store(kind, id, bytes, 0, bytes.length);
    }

    /** The names of entries in the index, a page at a time. */
    public List<IndexEntry> indexed(byte[] after, int limit) {
        return index.list(after, limit);
    }

    /** True if a pack is not in use any more. */
    public boolean isGone(long pack) {
        return journal.isGone(pack);
    }
}
