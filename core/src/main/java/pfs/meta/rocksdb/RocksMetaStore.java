package pfs.meta.rocksdb;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Batch;
import pfs.meta.Bytes;
import pfs.meta.Key;
import pfs.meta.MetaLimits;
import pfs.meta.MetaStore;
import pfs.meta.rocksdb.EmbeddedDatabase.Family;

/**
 * A {@link MetaStore} in the column family {@code meta} of an {@link EmbeddedDatabase}. Every
 * commit is synced; commits of different keys share RocksDB's group commit, those of one key wait
 * for each other.
 *
 * <pre>
 * key    'k' key                  a pair          'l' name           a lease
 * value  u64 version, value                       u64 token, i64 until (ms since 1970), holder
 * </pre>
 *
 * A version is the database's sequence number before the commit, plus one: it grows with every
 * commit and survives restarts, since nothing that a synced commit was counted behind can be lost.
 */
public final class RocksMetaStore implements MetaStore {
    private static final byte[] PAIR = {'k'};
    private static final byte[] LEASE = {'l'};

    private final EmbeddedDatabase database;
    private final InstantSource clock;
    private final Stripes stripes = new Stripes(64);

    /** A store in the database, which the caller closes; the clock says when leases run out. */
    public RocksMetaStore(EmbeddedDatabase database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    private static byte[] stored(byte[] kind, Key key) {
        return Key.of(kind).append(key.array()).array();
    }

    private static Pair pair(byte[] storedKey, byte[] storedValue) {
        byte[] key = new byte[storedKey.length - 1];
        System.arraycopy(storedKey, 1, key, 0, key.length);
        return new Pair(Key.of(key), versioned(storedValue));
    }

    private static Versioned versioned(byte[] stored) {
        byte[] value = new byte[stored.length - Long.BYTES];
        System.arraycopy(stored, Long.BYTES, value, 0, value.length);
        return new Versioned(Bytes.of(value), ByteBuffer.wrap(stored).getLong());
    }

    private byte @Nullable [] read(byte[] storedKey) {
        return database.call(
                        Family.META,
                        "read a key",
                        (db, family) -> Optional.ofNullable(db.get(family, storedKey)))
                .orElse(null);
    }

    @Override
    public Optional<Versioned> get(Key key) {
        byte[] stored = read(stored(PAIR, key));
        return stored == null ? Optional.empty() : Optional.of(versioned(stored));
    }

    @Override
    public List<Pair> scan(Key prefix, Key after, int limit) {
        byte[] from = stored(PAIR, prefix.compareTo(after) > 0 ? prefix : after);
        return database.call(
                Family.META,
                "scan keys",
                (db, family) -> {
                    List<Pair> found = new ArrayList<>();
                    try (Slice end = new Slice(new byte[] {'k' + 1});
                            ReadOptions options = new ReadOptions().setIterateUpperBound(end);
                            RocksIterator at = db.newIterator(family, options)) {
                        for (at.seek(from); at.isValid() && found.size() < limit; at.next()) {
                            Pair pair = pair(at.key(), at.value());
                            if (!pair.key().startsWith(prefix)) {
                                break;
                            }
                            if (pair.key().compareTo(after) > 0) {
                                found.add(pair);
                            }
                        }
                        at.status();
                    }
                    return found;
                });
    }

    @Override
    public Optional<Pair> floor(Key prefix, Key atMost) {
        if (atMost.compareTo(prefix) < 0) {
            return Optional.empty();
        }
        // what does not begin with the prefix but comes after it, comes after all that do
        byte[] from = stored(PAIR, atMost.startsWith(prefix) ? atMost : pastAll(prefix));
        return database.call(
                Family.META,
                "find the key before another",
                (db, family) -> {
                    try (ReadOptions options = new ReadOptions();
                            RocksIterator at = db.newIterator(family, options)) {
                        at.seekForPrev(from);
                        at.status();
                        if (!at.isValid() || at.key()[0] != PAIR[0]) {
                            return Optional.empty();
                        }
                        return Optional.of(pair(at.key(), at.value()))
                                .filter(pair -> pair.key().startsWith(prefix));
                    }
                });
    }

    /** A key behind all that begin with the prefix: keys have at most 4,096 bytes. */
    private static Key pastAll(Key prefix) {
        byte[] last = new byte[MetaLimits.MAX_KEY + 1 - prefix.array().length];
        java.util.Arrays.fill(last, (byte) 0xff);
        return prefix.append(last);
    }

    @Override
    public boolean commit(Batch batch) {
        List<Key> keys = new ArrayList<>();
        MetaLimits.verify(batch).conditions().forEach(condition -> keys.add(condition.key()));
        batch.changes().forEach(change -> keys.add(change.key()));
        batch.leases().forEach(lease -> keys.add(lease.name()));
        try (Stripes.Held _ = stripes.hold(keys);
                WriteBatch write = new WriteBatch()) {
            if (!holds(batch)) {
                return false;
            }
            long version = nextVersion();
            database.call(
                    Family.META,
                    "gather a commit",
                    (_, family) -> {
                        for (Batch.Change change : batch.changes()) {
                            switch (change) {
                                case Batch.Change.Put(Key key, Bytes value) ->
                                        write.put(family, stored(PAIR, key), value(version, value));
                                case Batch.Change.Delete(Key key) ->
                                        write.delete(family, stored(PAIR, key));
                            }
                        }
                        return true;
                    });
            database.write(write, true, "commit");
            return true;
        }
    }

    /** True if all that the batch requires is so. */
    private boolean holds(Batch batch) {
        for (Batch.Condition condition : batch.conditions()) {
            byte[] now = read(stored(PAIR, condition.key()));
            long version = now == null ? Batch.ABSENT : ByteBuffer.wrap(now).getLong();
            if (version != condition.version()) {
                return false;
            }
        }
        return batch.leases().stream()
                .allMatch(lease -> holder(lease.name()).equals(Optional.of(lease)));
    }

    private long nextVersion() {
        return database.call(Family.META, "count", (db, _) -> db.getLatestSequenceNumber() + 1);
    }

    private static byte[] value(long version, Bytes value) {
        return ByteBuffer.allocate(Long.BYTES + value.length())
                .putLong(version)
                .put(value.array())
                .array();
    }

    @Override
    public Optional<Lease> lease(Key name, String holder, long millis) {
        MetaLimits.verify(name);
        try (Stripes.Held _ = stripes.hold(List.of(name))) {
            long now = clock.millis();
            byte[] stored = read(stored(LEASE, name));
            LeaseRecord last = stored == null ? LeaseRecord.NONE : LeaseRecord.decode(stored);
            boolean current = now < last.until();
            if (current && !last.holder().equals(holder)) {
                return Optional.empty();
            }
            long token = current ? last.token() : last.token() + 1;
            write(name, new LeaseRecord(token, now + millis, holder));
            return Optional.of(new Lease(name, holder, token));
        }
    }

    @Override
    public Optional<Lease> holder(Key name) {
        byte[] stored = read(stored(LEASE, name));
        LeaseRecord last = stored == null ? LeaseRecord.NONE : LeaseRecord.decode(stored);
        return clock.millis() < last.until()
                ? Optional.of(new Lease(name, last.holder(), last.token()))
                : Optional.empty();
    }

    @Override
    public void release(Lease lease) {
        try (Stripes.Held _ = stripes.hold(List.of(lease.name()))) {
            byte[] stored = read(stored(LEASE, lease.name()));
            if (stored != null) {
                LeaseRecord last = LeaseRecord.decode(stored);
                if (last.token() == lease.token() && last.holder().equals(lease.holder())) {
                    // kept, so that the next holder's token is a greater one
                    write(
                            lease.name(),
                            new LeaseRecord(last.token(), Long.MIN_VALUE, last.holder()));
                }
            }
        }
    }

    private void write(Key name, LeaseRecord lease) {
        try (WriteBatch write = new WriteBatch()) {
            database.call(
                    Family.META,
                    "gather a lease",
                    (RocksDB _, org.rocksdb.ColumnFamilyHandle family) -> {
                        put(write, family, name, lease);
                        return true;
                    });
            database.write(write, true, "write a lease");
        }
    }

    private static void put(
            WriteBatch write, org.rocksdb.ColumnFamilyHandle family, Key name, LeaseRecord lease)
            throws RocksDBException {
        write.put(family, stored(LEASE, name), lease.encode());
    }

    /**
     * The tables of the whole database, the index of packs among them; its log was read at the
     * start.
     */
    @Override
    public Optional<String> damage() {
        try {
            database.call(
                    Family.META,
                    "verify its tables",
                    (db, _) -> {
                        db.verifyChecksum();
                        return true;
                    });
            return Optional.empty();
        } catch (PfsException e) {
            if (e.code() != ErrorCode.CORRUPT) {
                throw e;
            }
            return Optional.ofNullable(e.getMessage());
        }
    }

    /** Nothing to do: the database belongs to who opened it. */
    @Override
    public void close() {}
}
