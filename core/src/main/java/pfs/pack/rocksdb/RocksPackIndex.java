package pfs.pack.rocksdb;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import pfs.meta.rocksdb.EmbeddedDatabase;
import pfs.meta.rocksdb.EmbeddedDatabase.Family;
import pfs.pack.IndexEntry;
import pfs.pack.PackIndex;
import pfs.pack.Place;
import pfs.pack.Prefix;

/**
 * A {@link PackIndex} in the column family {@code index} of an {@link EmbeddedDatabase}. Writes go
 * to the write-ahead log and are not synced: the log keeps their order, which is all that a cache
 * needs.
 *
 * <pre>
 * key    32 bytes id            an entry              1 byte 0        the position
 * value  u8 kind, u64 pack, u32 offset, u32 length    u64 pack, u64 offset
 * </pre>
 */
public final class RocksPackIndex implements PackIndex {
    private static final byte[] POSITION = {0};
    private static final int PLACE_BYTES = 1 + 8 + 4 + 4;

    private final EmbeddedDatabase database;

    /** Held by writers, so that a removal does not take what was just put elsewhere. */
    private final ReentrantLock writing = new ReentrantLock();

    /** An index in the database, which the caller closes. */
    public RocksPackIndex(EmbeddedDatabase database) {
        this.database = database;
    }

    private static byte[] encode(Place place) {
        return ByteBuffer.allocate(PLACE_BYTES)
                .put((byte) place.kind())
                .putLong(place.pack())
                .putInt(place.offset())
                .putInt(place.length())
                .array();
    }

    private static Place decode(byte[] stored) {
        ByteBuffer from = ByteBuffer.wrap(stored);
        return new Place(from.get() & 0xff, from.getLong(), from.getInt(), from.getInt());
    }

    @Override
    public Optional<Place> find(byte[] id) {
        return database.call(
                Family.INDEX,
                "find an object",
                (db, family) -> Optional.ofNullable(db.get(family, id)).map(v -> decode(v)));
    }

    /** By the filters and blocks that are in memory. */
    @Override
    public boolean mayKnow(byte[] id) {
        return database.call(
                Family.INDEX,
                "ask for an object",
                (db, family) -> db.keyMayExist(family, id, null));
    }

    private interface Changes {
        void gather(WriteBatch batch, ColumnFamilyHandle family) throws RocksDBException;
    }

    private void write(Changes changes) {
        try (WriteBatch batch = new WriteBatch()) {
            database.call(
                    Family.INDEX,
                    "gather changes of the index",
                    (_, family) -> {
                        changes.gather(batch, family);
                        return true;
                    });
            database.write(batch, false, "write the index");
        }
    }

    @Override
    public void put(List<IndexEntry> entries, Position position) {
        writing.lock();
        try {
            write(
                    (batch, family) -> {
                        gather(entries, batch, family);
                        batch.put(family, POSITION, encode(position));
                    });
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void put(List<IndexEntry> entries) {
        writing.lock();
        try {
            write((batch, family) -> gather(entries, batch, family));
        } finally {
            writing.unlock();
        }
    }

    private static void gather(
            List<IndexEntry> entries, WriteBatch batch, ColumnFamilyHandle family)
            throws RocksDBException {
        for (IndexEntry entry : entries) {
            batch.put(family, entry.id(), encode(entry.place()));
        }
    }

    private static byte[] encode(Position position) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(position.pack())
                .putLong(position.offset())
                .array();
    }

    @Override
    public void remove(List<byte[]> ids, long pack) {
        writing.lock();
        try {
            List<byte[]> there =
                    ids.stream()
                            .filter(id -> find(id).filter(p -> p.pack() == pack).isPresent())
                            .toList();
            write(
                    (batch, family) -> {
                        for (byte[] id : there) {
                            batch.delete(family, id);
                        }
                    });
        } finally {
            writing.unlock();
        }
    }

    @Override
    public Position position() {
        return database.call(
                Family.INDEX,
                "read the index's position",
                (db, family) -> {
                    byte[] stored = db.get(family, POSITION);
                    if (stored == null) {
                        return Position.START;
                    }
                    ByteBuffer from = ByteBuffer.wrap(stored);
                    return new Position(from.getLong(), from.getLong());
                });
    }

    @Override
    public List<IndexEntry> scan(byte[] bytes, int bits, int kind, int limit) {
        Prefix prefix = new Prefix(bytes, bits);
        return walk(
                prefix.least(),
                entry -> prefix.matches(entry.id()),
                entry -> entry.place().kind() == kind,
                limit);
    }

    @Override
    public List<IndexEntry> list(byte[] after, int limit) {
        return walk(
                after, _ -> true, entry -> Arrays.compareUnsigned(entry.id(), after) > 0, limit);
    }

    private List<IndexEntry> walk(
            byte[] from, Predicate<IndexEntry> inside, Predicate<IndexEntry> wanted, int limit) {
        return database.call(
                Family.INDEX,
                "scan the index",
                (db, family) -> {
                    List<IndexEntry> found = new ArrayList<>();
                    try (ReadOptions options = new ReadOptions().setFillCache(false);
                            RocksIterator at = db.newIterator(family, options)) {
                        for (at.seek(from); at.isValid() && found.size() < limit; at.next()) {
                            if (at.key().length != IndexEntry.ID_BYTES) {
                                continue;
                            }
                            IndexEntry entry = new IndexEntry(at.key(), decode(at.value()));
                            if (!inside.test(entry)) {
                                break;
                            }
                            if (wanted.test(entry)) {
                                found.add(entry);
                            }
                        }
                        at.status();
                    }
                    return found;
                });
    }

    @Override
    public void clear() {
        byte[] pastAll = new byte[IndexEntry.ID_BYTES + 1];
        Arrays.fill(pastAll, (byte) 0xff);
        writing.lock();
        try {
            write((batch, family) -> batch.deleteRange(family, new byte[0], pastAll));
        } finally {
            writing.unlock();
        }
    }

    /** Nothing to do: the database belongs to who opened it. */
    @Override
    public void close() {}
}
