package pfs.chunk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Bytes that a worker hashes and stores: a whole chunk, or what is expected to be one. In the
 * second case nothing is stored, and the buffer stays the writer's, if they have another id.
 * Thread-safe.
 */
final class ChunkInFlight {
    private final CompletableFuture<ObjectId> id = new CompletableFuture<>();
    private final AtomicBoolean givenBack = new AtomicBoolean();
    private final BufferPool buffers;
    private final byte[] bytes;
    private final int length;
    private final @Nullable ObjectId expected;

    ChunkInFlight(BufferPool buffers, byte[] bytes, int length, @Nullable ObjectId expected) {
        this.buffers = buffers;
        this.bytes = bytes;
        this.length = length;
        this.expected = expected;
    }

    /** Completed with the id of the bytes, when their buffer is free unless it was a miss. */
    CompletableFuture<ObjectId> id() {
        return id;
    }

    /** Valid until the buffer is given back. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** True if a certain id was expected. */
    boolean isGuess() {
        return expected != null;
    }

    /** True if these bytes are a chunk: none was expected, or this one. */
    boolean isChunk(ObjectId found) {
        return expected == null || expected.equals(found);
    }

    /** Once, whoever comes first. */
    void giveBack() {
        if (givenBack.compareAndSet(false, true)) {
            buffers.giveBack(bytes);
        }
    }
}
