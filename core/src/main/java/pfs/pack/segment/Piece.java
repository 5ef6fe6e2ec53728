package pfs.pack.segment;

import java.nio.ByteBuffer;

/** Bytes of a pack that are in memory only. Guarded by the list that its appender has it in. */
final class Piece {
    /**
     * Bytes at most: with its head four objects of Ceph's, which are written beside each other, and
     * one entry in the bucket's index for all four.
     */
    static final int MOST = (16 << 20) - SegmentHeader.BYTES;

    private static final int FIRST = 64 << 10;

    private final PieceMemory memory;
    private final long offset;
    private ByteBuffer bytes;
    private Way way = Way.GROWS;

    enum Way {
        GROWS,
        WAITS,
        LEAVES,
        THERE
    }

    /**
     * @param memory of buffers that a whole piece fits into
     * @param offset in the pack
     * @param large true if it is expected to become full
     */
    Piece(PieceMemory memory, long offset, boolean large) {
        this.memory = memory;
        this.offset = offset;
        this.bytes = large ? memory.lend() : ByteBuffer.allocate(FIRST);
    }

    long offset() {
        return offset;
    }

    int size() {
        return bytes.position();
    }

    long end() {
        return offset + bytes.position();
    }

    boolean isAt(Way here) {
        return way == here;
    }

    void now(Way next) {
        way = next;
    }

    boolean hasRoom() {
        return way == Way.GROWS && size() < MOST;
    }

    /** Takes as much as it has room for. */
    void take(ByteBuffer from) {
        int count = Math.min(from.remaining(), MOST - size());
        if (bytes.remaining() < count) {
            int wanted = Math.max(size() + count, 4 * bytes.capacity());
            ByteBuffer larger = wanted < MOST ? ByteBuffer.allocate(wanted) : memory.lend();
            bytes = larger.put(bytes.flip());
        }
        bytes.put(from.slice(from.position(), count));
        from.position(from.position() + count);
    }

    /** Drops what is behind an offset in the pack. */
    void cut(long newEnd) {
        bytes.position((int) (newEnd - offset));
    }

    /** All its bytes: the same memory. */
    ByteBuffer content() {
        return bytes.duplicate().flip();
    }

    /**
     * Copies what it has from an offset in the pack on, if that is within it.
     *
     * @return false if the bytes are in the store by now, and their memory is another piece's
     */
    boolean read(long at, ByteBuffer into) {
        if (bytes.capacity() == 0) {
            return false;
        }
        long within = at - offset;
        if (within >= 0 && within < size()) {
            int count = (int) Math.min(into.remaining(), size() - within);
            into.put(content().slice((int) within, count));
        }
        return true;
    }

    /** Gives its memory back: it is in the store, and nobody reads it here from now on. */
    void leave() {
        if (bytes.isDirect()) {
            memory.giveBack(bytes);
        }
        bytes = ByteBuffer.allocate(0);
    }
}
