package pfs.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.AppendablePackStore;
import pfs.pack.IndexEntry;
import pfs.pack.PackHeader;
import pfs.pack.PackIndex;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * Takes out of the packs what is not marked. One thread; beside any number of inserters and
 * readers.
 *
 * <p>A pack that is mostly garbage goes: its live records are stored again at the end of the log,
 * durable and indexed, and only then the pack is put into the trash, where whoever was just reading
 * it still finds it. A crash at any moment leaves each live object in a pack that is in use; what
 * was copied twice goes the next time. Of a pack that stays, the index forgets the garbage, so that
 * nobody relies on it.
 */
public final class PackSweep implements AutoCloseable {
    private static final int BATCH = 4096;

    private final Journal journal;
    private final AppendablePackStore packs;
    private final PackIndex index;
    private final PackTrash trash;
    private final PackContents contents;
    private final long floor;
    private final Admission admission;

    PackSweep(Journal journal, AppendablePackStore packs, PackIndex index, long floor) {
        this.journal = journal;
        this.packs = packs;
        this.index = index;
        this.trash = new PackTrash(packs);
        this.contents = new PackContents(packs);
        this.floor = floor;
        this.admission = new Admission(floor);
        journal.admit(admission);
    }

    /**
     * What is in a pack.
     *
     * @param bytes of the pack
     * @param liveBytes of records that are needed
     * @param deadObjects that are not
     */
    public record Survey(long pack, long bytes, long liveBytes, long deadObjects) {
        /** Of a pack without its header, the part that is not needed. */
        public double garbage() {
            long records = bytes - PackHeader.BYTES;
            return records <= 0 ? 1 : 1 - (double) liveBytes / records;
        }
    }

    /**
     * From here on inserters rely on marked objects only, and {@link #pack} may be called.
     *
     * @return what inserters have relied on so far, which the caller marks now
     */
    public Set<ObjectId> freeze(Predicate<ObjectId> marked) {
        return admission.freeze(marked);
    }

    /** The packs to look at, in order. */
    public List<Long> packs() throws IOException {
        return List.copyOf(PackList.of(packs).packs().headSet(floor));
    }

    public Survey survey(long pack, Predicate<ObjectId> marked) throws IOException {
        long live = 0;
        long dead = 0;
        for (IndexEntry entry : entries(pack)) {
            if (isLive(pack, entry, marked)) {
                live += entry.place().length();
            } else {
                dead++;
            }
        }
        return new Survey(pack, packs.size(PackNumber.pack(pack)), live, dead);
    }

    /** True if the object is needed, and known to be in this pack or nowhere. */
    private boolean isLive(long pack, IndexEntry entry, Predicate<ObjectId> marked) {
        ObjectId id = ObjectId.decode(entry.id(), 0);
        if (!marked.test(id)) {
            return false;
        }
        Place known = journal.place(id);
        return known == null || known.pack() == pack;
    }

    /**
     * By their places, each object once: two who stored it at the same moment have put it into the
     * pack twice, and of its blob and the index each may know the other copy. The index's counts.
     */
    private List<IndexEntry> entries(long pack) throws IOException {
        List<IndexEntry> entries = contents.entries(pack);
        Set<ObjectId> seen = new HashSet<>();
        entries.removeIf(e -> !seen.add(ObjectId.decode(e.id(), 0)));
        entries.replaceAll(e -> asKnown(pack, e));
        entries.sort(Comparator.comparingInt(e -> e.place().offset()));
        return entries;
    }

    private IndexEntry asKnown(long pack, IndexEntry entry) {
        Place known = journal.place(ObjectId.decode(entry.id(), 0));
        return known == null || known.pack() != pack ? entry : new IndexEntry(entry.id(), known);
    }

    /**
     * Stores the pack's live records again and puts it into the trash.
     *
     * @param untilMillis when it may be deleted
     * @return bytes that were stored again
     * @throws IOException if a live record cannot be read; then the pack stays
     */
    public long drop(long pack, Predicate<ObjectId> marked, long untilMillis) throws IOException {
        long copied = 0;
        List<byte[]> dead = new ArrayList<>();
        for (IndexEntry entry : entries(pack)) {
            if (isLive(pack, entry, marked)) {
                copy(pack, entry);
                copied += entry.place().length();
            } else {
                dead.add(entry.id());
            }
        }
        journal.flush();
        journal.catchUp();
        journal.leave(pack);
        trash.add(pack, untilMillis);
        forget(dead, pack);
        return copied;
    }

    private void copy(long pack, IndexEntry entry) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(entry.place().length());
        packs.read(PackNumber.pack(pack), entry.place().offset(), bytes);
        bytes.flip();
        try {
            RecordFormat.decode(bytes.slice());
        } catch (PfsException | IllegalArgumentException e) {
            throw new IOException(
                    PackNumber.pack(pack)
                            + " is damaged at "
                            + entry.place().offset()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        ByteBuffer header = bytes.slice(0, RecordFormat.HEADER);
        ByteBuffer payload = bytes.slice(RecordFormat.HEADER, bytes.limit() - RecordFormat.HEADER);
        journal.store(entry.place().kind(), ObjectId.decode(entry.id(), 0), header, payload);
    }

    /** Has the index forget the garbage of a pack that stays. */
    public void forget(long pack, Predicate<ObjectId> marked) throws IOException {
        List<byte[]> dead = new ArrayList<>();
        for (IndexEntry entry : entries(pack)) {
            if (!marked.test(ObjectId.decode(entry.id(), 0))) {
                dead.add(entry.id());
            }
        }
        forget(dead, pack);
    }

    private void forget(List<byte[]> dead, long pack) {
        journal.forgotten().add(pack);
        for (int i = 0; i < dead.size(); i += BATCH) {
            index.remove(dead.subList(i, Math.min(dead.size(), i + BATCH)), pack);
        }
    }

    /** Ends the collection: inserters rely again on whatever is there. */
    @Override
    public void close() {
        admission.end();
        journal.admit(null);
    }
}
