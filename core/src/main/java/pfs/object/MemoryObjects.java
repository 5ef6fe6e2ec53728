package pfs.object;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The objects of one process in its heap: the reference implementation of the seam, for tests and
 * benchmarks. Thread-safe. Memory grows with what is inserted; {@link #flush} keeps nothing.
 *
 * <p>The same bytes may be stored as several kinds (a file may hold a copy of a tree node): each
 * kind is found, only what was never inserted as a kind is refused.
 */
public final class MemoryObjects implements ObjectInserter, ObjectReader {
    private final ConcurrentHashMap<ObjectId, Stored> objects = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong flushes = new AtomicLong();

    @Override
    public ObjectId insert(ObjectKind kind, byte[] from, int offset, int length) {
        ObjectId id = ObjectId.of(from, offset, length);
        store(kind, id, from, offset, length);
        return id;
    }

    @Override
    public void insert(ObjectKind kind, ObjectId id, byte[] from, int offset, int length) {
        ObjectId actual = ObjectId.of(from, offset, length);
        if (!actual.equals(id)) {
            throw new IllegalArgumentException("these bytes are " + actual + ", not " + id);
        }
        store(kind, id, from, offset, length);
    }

    private void store(ObjectKind kind, ObjectId id, byte[] from, int offset, int length) {
        objects.compute(
                id,
                (_, known) -> {
                    if (known != null) {
                        return known.with(kind);
                    }
                    bytes.addAndGet(length);
                    return new Stored(Arrays.copyOfRange(from, offset, offset + length), bit(kind));
                });
    }

    @Override
    public void flush() {
        flushes.incrementAndGet();
    }

    @Override
    public byte[] read(ObjectId id, ObjectKind kind) {
        @Nullable Stored found = objects.get(id);
        if (found == null) {
            throw new PfsException(
                    ErrorCode.CORRUPT, "object " + id + " is missing", id.toString());
        }
        if ((found.kinds & bit(kind)) == 0) {
            throw new PfsException(
                    ErrorCode.CORRUPT, "object " + id + " is not a " + kind, id.toString());
        }
        return found.bytes.clone();
    }

    @Override
    public boolean contains(ObjectId id) {
        return objects.containsKey(id);
    }

    /** Distinct objects that were inserted. */
    public long count() {
        return objects.size();
    }

    /** Bytes of all distinct objects. */
    public long bytes() {
        return bytes.get();
    }

    /** How often {@link #flush} was called. */
    public long flushes() {
        return flushes.get();
    }

    private static int bit(ObjectKind kind) {
        return 1 << kind.code();
    }

    private static final class Stored {
        private final byte[] bytes;
        private final int kinds;

        Stored(byte[] bytes, int kinds) {
            this.bytes = bytes;
            this.kinds = kinds;
        }

        Stored with(ObjectKind kind) {
            return (kinds & bit(kind)) != 0 ? this : new Stored(bytes, kinds | bit(kind));
        }
    }
}
