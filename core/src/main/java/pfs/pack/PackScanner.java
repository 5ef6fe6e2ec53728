package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Reads the records of a pack one after the other, and stops at the first that is torn or damaged.
 * Holds 1 MiB of the pack, or all of a shorter one, or one record if that is larger. Not
 * thread-safe.
 */
public final class PackScanner {
    private static final int PIECE = 1 << 20;

    private final PackStore store;
    private final String name;

    /** Bytes of the pack, from {@link #bufferAt} on. */
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    private long bufferAt;
    private long next;
    private long current;

    /** A scanner from a record's beginning on: {@link PackHeader#BYTES} is the first one's. */
    public PackScanner(PackStore store, String name, long from) {
        this.store = store;
        this.name = name;
        this.bufferAt = from;
        this.next = from;
        this.current = from;
    }

    /**
     * The next record, valid until the next call; empty at the end of the intact ones. Whether that
     * is the pack's end, its size tells.
     */
    public Optional<PackRecord> next() throws IOException {
        if (!has(RecordFormat.HEADER)) {
            return Optional.empty();
        }
        int length = RecordFormat.recordLength(buffer, inBuffer());
        if (length < 0 || !has(length) || !RecordFormat.isIntact(buffer, inBuffer())) {
            return Optional.empty();
        }
        PackRecord record = RecordFormat.view(buffer, inBuffer());
        current = next;
        next += length;
        return Optional.of(record);
    }

    private int inBuffer() {
        return (int) (next - bufferAt);
    }

    /**
     * Sees to it that so many bytes from {@link #next} on are in the buffer, if the pack has them.
     */
    private boolean has(int wanted) throws IOException {
        if (buffer.limit() - inBuffer() >= wanted) {
            return true;
        }
        boolean first = buffer.capacity() == 0;
        int piece = first ? (int) Math.clamp(store.size(name) - next, 0L, PIECE) : PIECE;
        int capacity = Math.max(piece, wanted);
        // a fresh buffer where the size changes; the old record's payload may not be used any more
        ByteBuffer fresh = buffer.capacity() == capacity ? buffer : ByteBuffer.allocate(capacity);
        ByteBuffer kept = buffer.duplicate().position(inBuffer());
        fresh.clear();
        fresh.put(kept);
        bufferAt = next;
        store.read(name, bufferAt + fresh.position(), fresh);
        buffer = fresh.flip();
        return buffer.limit() >= wanted;
    }

    /** Where the record that was answered last begins. */
    public long position() {
        return current;
    }

    /** The end of the last intact record: where the next one begins, or where a pack is cut off. */
    public long end() {
        return next;
    }

    /**
     * Moves on to the next place where an intact record begins, after {@link #next} has stopped
     * before the pack's end; false if there is none. What is found this way may also lie inside the
     * bytes of a damaged record, where a user has put it: an object must be checked against its id,
     * and a journal record is worth nothing.
     */
    public boolean skipDamage() throws IOException {
        long size = store.size(name);
        for (next++; size - next >= RecordFormat.HEADER; next++) {
            if (!has(RecordFormat.HEADER)) {
                return false;
            }
            int length = RecordFormat.recordLength(buffer, inBuffer());
            if (length > 0
                    && length <= size - next
                    && has(length)
                    && RecordFormat.isIntact(buffer, inBuffer())) {
                return true;
            }
        }
        return false;
    }
}
