package pfs.pack.segment;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Memory of full pieces, outside of the heap, that is used again: bytes go from it to a socket and
 * a file without a copy, and nobody clears or collects it. Thread-safe. It does not limit what is
 * lent, which is the appenders' to do.
 */
final class PieceMemory {
    /** Idle buffers at most: those of four pieces under way, and of one that grows. */
    private static final int IDLE = 5;

    private final int bytes;
    private final ArrayBlockingQueue<ByteBuffer> idle = new ArrayBlockingQueue<>(IDLE);

    /**
     * @param bytes of each
     */
    PieceMemory(int bytes) {
        this.bytes = bytes;
    }

    /** An empty buffer of that many bytes; what it holds is undefined. */
    ByteBuffer lend() {
        @Nullable ByteBuffer used = idle.poll();
        return used == null ? ByteBuffer.allocateDirect(bytes) : used.clear();
    }

    /** Takes back what nobody reads any more. */
    void giveBack(ByteBuffer lent) {
        idle.offer(lent);
    }
}
