package pfs.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.object.ObjectBytes;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.object.PreparedObject;
import pfs.object.StoredPart;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackIndex;
import pfs.pack.PackRecord;
import pfs.pack.Place;
import pfs.pack.RecordFormat;

/**
 * All objects of one store, in packs, and the journal of its writes: the pack that is being written
 * is the journal, so one sync makes a write's chunks and its record durable together. Thread-safe.
 *
 * <p>Order is the safety of it. An object is in the pack before a record can name it; a record is
 * synced before its writer is answered; the index learns of a place only after the sync that made
 * it durable, so it never knows what a crash can take away.
 */
public final class Journal implements ObjectReader, ObjectInserter, AutoCloseable {
    /** Objects of which a flush tells the index: a batch, so that few flushes pay for it. */
    private static final int WORTH_INDEXING = 4096;

    /** Objects that may wait for the index before an inserter syncs on its own. */
    static final int MAX_PENDING = 16_384;

    private final AppendablePackStore packs;
    private final PackIndex index;
    private final PackLog log;
    private final long maxPack;
    private final Compressor compressor = new Compressor();
    private final DirectBuffers buffers = new DirectBuffers();
    private final Forgotten forgotten;
    private final Places places;
    private final IncomingRecords incoming;

    /** Numbers of packs whose objects no inserter relies on; a new one for each change. */
    private volatile BitSet gone;

    /** While garbage is collected. */
    private volatile @Nullable Admission admission;

    Journal(
            AppendablePackStore packs,
            Places places,
            PackIndex index,
            PackLog log,
            long maxPack,
            BitSet gone) {
        this.gone = gone;
        this.places = places;
        this.packs = packs;
        this.index = index;
        this.log = log;
        this.maxPack = maxPack;
        this.incoming = new IncomingRecords(this, log, places, compressor);
        this.forgotten = new Forgotten(packs);
    }

    /** Opens the packs, brings the index up to date with them and cuts off a torn tail. */
    public static Journal open(AppendablePackStore packs, PackIndex index) throws IOException {
        return open(packs, index, PackLog.MAX_PACK);
    }

    /** With packs of another size: for tests. */
    public static Journal open(AppendablePackStore packs, PackIndex index, long maxPack)
            throws IOException {
        return JournalOpening.of(packs, index, maxPack);
    }

    /** True if other servers may take over what is written here. */
    public boolean shared() {
        return !packs.exclusive();
    }

    // ---- objects

    @Override
    public byte[] read(ObjectId id, ObjectKind kind) {
        Place place = found(id, kind);
        while (true) {
            try {
                return raw(id, record(place, ByteBuffer.allocate(place.length())));
            } catch (IOException | PfsException | IllegalArgumentException e) {
                place = moved(id, kind, place, e);
            }
        }
    }

    /** Where an object is now that could not be read where it was: see {@link PackSweep}. */
    private Place moved(ObjectId id, ObjectKind kind, Place from, Exception why) {
        Place now = place(id);
        if (now == null || now.equals(from)) {
            throw Damage.of(kind, id, from, why);
        }
        return now;
    }

    @Override
    public ObjectBytes lend(ObjectId id, ObjectKind kind) {
        Place place = found(id, kind);
        while (true) {
            try {
                return lend(id, place);
            } catch (IOException | PfsException | IllegalArgumentException e) {
                place = moved(id, kind, place, e);
            }
        }
    }

    private ObjectBytes lend(ObjectId id, Place place) throws IOException {
        DirectBuffers.Lent stored = buffers.lend(place.length());
        boolean passedOn = false;
        try {
            PackRecord record = record(place, stored.bytes());
            verify(id, record);
            if (record.flags() == RecordFormat.PLAIN) {
                passedOn = true;
                return stored.with(record.payload());
            }
            DirectBuffers.Lent raw = buffers.lend(record.rawLength());
            compressor.decompress(record.payload(), raw.bytes());
            return raw;
        } finally {
            if (!passedOn) {
                stored.close();
            }
        }
    }

    private Place found(ObjectId id, ObjectKind kind) {
        Place place = place(id);
        return place != null
                ? place
                : forgotten.find(id).orElseThrow(() -> Damage.missing(kind, id));
    }

    /** The record at a place, read into a buffer of its length, which it shares. */
    private PackRecord record(Place place, ByteBuffer into) throws IOException {
        read(place.pack(), place.offset(), into);
        return RecordFormat.decode(into.flip());
    }

    private byte[] raw(ObjectId id, PackRecord record) {
        verify(id, record);
        return compressor.raw(record);
    }

    static void verify(ObjectId id, PackRecord record) {
        if (!id.equals(ObjectId.decode(record.id(), 0))) {
            throw new IllegalArgumentException("another object is there");
        }
    }

    @Override
    public boolean contains(ObjectId id) {
        Admission collecting = admission;
        Place place = place(id);
        return place != null
                && !gone.get((int) place.pack())
                && (collecting == null || collecting.relies(id, place));
    }

    @Override
    public Optional<StoredPart> locate(ObjectId id) {
        Place place = shared() ? place(id) : null;
        return place == null ? Optional.empty() : PlacedRecords.locate(packs, place);
    }

    /** Where an object is; null if it is not there. */
    @Nullable Place place(ObjectId id) {
        return places.find(id);
    }

    @Override
    public ObjectId insert(ObjectKind kind, byte[] bytes, int offset, int length) {
        ObjectId id = ObjectId.of(bytes, offset, length);
        insert(kind, id, bytes, offset, length);
        return id;
    }

    @Override
    public void insert(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
        if (!contains(id)) {
            store(kind, id, bytes, offset, length);
        }
    }

    @Override
    public @Nullable PreparedObject prepare(ObjectKind kind, byte[] bytes, int offset, int length) {
        ObjectId id = ObjectId.of(bytes, offset, length);
        return places.mayKnow(id) ? null : unstored(kind, id, bytes, offset, length);
    }

    private Unstored unstored(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
        ByteBuffer raw = ByteBuffer.wrap(bytes, offset, length);
        return new Unstored(this, kind.code(), id, compressor.encoded(kind.code(), id, raw));
    }

    /** Stores an object whether it is there or not. */
    void store(ObjectKind kind, ObjectId id, byte[] bytes, int offset, int length) {
        unstored(kind, id, bytes, offset, length).store();
    }

    // ---- records, as they go from store to store

    /**
     * The whole record of an object as it lies in its pack, checked by its checksum.
     *
     * @throws PfsException CORRUPT if it is missing or damaged
     */
    public ByteBuffer stored(ObjectId id) {
        Place place = found(id, ObjectKind.CHUNK);
        ByteBuffer bytes = ByteBuffer.allocate(place.length());
        try {
            verify(id, record(place, bytes));
            return bytes.rewind();
        } catch (IOException | PfsException | IllegalArgumentException e) {
            throw Damage.of(ObjectKind.of(place.kind()), id, place, e);
        }
    }

    /** The records of those of the objects that are here. */
    public StoredRecords stored(List<ObjectId> ids) {
        return new StoredRecords(this, buffers, ids);
    }

    /**
     * Stores objects that another store sent as their records, unless they are here. Their bytes
     * are hashed: nothing comes in under an id that is not its own.
     *
     * @param records whole ones, one behind the other, in a buffer that has an array
     * @throws PfsException CORRUPT if one is no intact record of an object
     */
    public void receive(ByteBuffer records) {
        incoming.receive(records);
    }

    /** The same with one record, also if the object is here, since that copy is damaged. */
    public ObjectId receiveAgain(ByteBuffer record) {
        return incoming.receiveAgain(record);
    }

    /** Fills the buffer from a pack. */
    void read(long pack, int offset, ByteBuffer into) throws IOException {
        log.writeOut(PackNumber.position(pack, offset) + into.remaining());
        packs.read(PackNumber.pack(pack), offset, into);
        if (into.hasRemaining()) {
            throw new IOException(PackNumber.pack(pack) + " ends too early");
        }
    }

    /** Appends an object's record, whole, whether it is there or not. */
    void store(int kind, ObjectId id, ByteBuffer header, ByteBuffer payload) {
        places.append(log, kind, id, header, payload);
        if (places.pending() > MAX_PENDING) {
            flush();
        }
    }

    // ---- collecting garbage

    /**
     * Begins to collect garbage: a new pack is begun, and those before it are what is collected.
     * One at a time; close it in any case.
     */
    public PackSweep sweep() throws IOException {
        PackSweep sweep = new PackSweep(this, packs, index, log.roll());
        catchUp();
        return sweep;
    }

    /** Deletes the packs in the trash whose time has come by then; answers the bytes. */
    public long emptyTrash(long nowMillis) throws IOException {
        return new PackTrash(packs).empty(nowMillis, forgotten::remove);
    }

    /** Bytes of packs that nothing needs but that were not deleted yet. */
    public long trashBytes() throws IOException {
        return new PackTrash(packs).bytes();
    }

    Forgotten forgotten() {
        return forgotten;
    }

    void admit(@Nullable Admission collecting) {
        admission = collecting;
    }

    /** What is in the packs now, to be checked. */
    public PackAudit audit() {
        return new PackAudit(this, packs, index, compressor, log.sync());
    }

    boolean isGone(long pack) {
        return gone.get((int) pack);
    }

    /** From here on no inserter relies on the pack. One thread at a time. */
    void leave(long pack) {
        BitSet next = (BitSet) gone.clone();
        next.set((int) pack);
        gone = next;
    }

    // ---- the journal

    /**
     * Appends a journal record; nothing is left of it if this throws.
     *
     * @return its position; positions grow and are never 0
     */
    public long append(byte[] payload) {
        ObjectId id = ObjectId.of(payload);
        Compressor.Encoded record =
                compressor.encoded(RecordFormat.JOURNAL, id, ByteBuffer.wrap(payload));
        return log.appendThrough(record.header(), record.payload());
    }

    @Override
    public void flush() {
        long synced = log.sync();
        if (places.pending() >= WORTH_INDEXING) {
            places.index(synced);
        }
    }

    /**
     * Tells the index of what is durable and waits. Nobody who is answered needs it: until then the
     * places are in memory, and a restart finds them in the packs. Called every now and then, so
     * that the restart has little to find.
     */
    public void catchUp() {
        if (places.pending() > 0) {
            places.indexNow(log.sync());
        }
    }

    /** Bytes at which a pack is finished. */
    public long maxPack() {
        return maxPack;
    }

    /** Where the next record would be, or earlier; never after it. */
    public long end() {
        return log.end();
    }

    /** Bytes of log between two positions, about. */
    public long bytesBetween(long from, long to) {
        return (PackNumber.number(to) - PackNumber.number(from)) * maxPack
                + PackNumber.offset(to)
                - PackNumber.offset(from);
    }

    /** Reads back all journal records from a position on, in order. Only before new ones come. */
    public void replay(long from, BiConsumer<Long, byte[]> record) {
        PackList there;
        try {
            there = PackList.of(packs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        new PackRecovery(packs, index, there)
                .journal(
                        from,
                        log.end(),
                        (position, stored) ->
                                record.accept(
                                        position, raw(ObjectId.decode(stored.id(), 0), stored)));
    }

    /** Why nothing can be written any more; empty while all is well. */
    public Optional<String> stopped() {
        return Optional.ofNullable(log.stopped()).map(Throwable::getMessage);
    }

    /** Syncs and indexes what is left. The packs and the index stay the caller's to close. */
    @Override
    public void close() throws IOException {
        try {
            if (log.stopped() == null) {
                catchUp();
            }
        } finally {
            log.close();
            compressor.close();
        }
    }
}
