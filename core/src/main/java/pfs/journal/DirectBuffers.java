package pfs.journal;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectBytes;

/**
 * Direct memory that is lent and comes back: bytes go from a file to a socket through it without a
 * copy in between. Thread-safe. It does not limit what is lent, which is the readers' to do; idle
 * it keeps at most 25 MiB.
 */
final class DirectBuffers {
    /** In bytes; the largest holds the record of the largest chunk of a file. */
    private static final int[] SIZES = {16 << 10, 64 << 10, 384 << 10, (1 << 20) + 1024};

    private static final int[] IDLE = {64, 32, 24, 12};

    private final Shelf[] shelves = new Shelf[SIZES.length];

    DirectBuffers() {
        for (int i = 0; i < SIZES.length; i++) {
            shelves[i] = new Shelf(new ArrayBlockingQueue<>(IDLE[i]));
        }
    }

    private record Shelf(ArrayBlockingQueue<ByteBuffer> idle) {}

    /** A buffer of {@code length} bytes, position 0; what it holds is undefined. */
    Lent lend(int length) {
        for (int i = 0; i < SIZES.length; i++) {
            if (length <= SIZES[i]) {
                @Nullable ByteBuffer idle = shelves[i].idle.poll();
                ByteBuffer memory = idle == null ? ByteBuffer.allocateDirect(SIZES[i]) : idle;
                return new Lent(shelves[i], memory, memory.slice(0, length));
            }
        }
        ByteBuffer memory = ByteBuffer.allocateDirect(length);
        return new Lent(null, memory, memory.slice());
    }

    /** Bytes of a buffer that is given back by closing. */
    static final class Lent implements ObjectBytes {
        private final @Nullable Shelf shelf;
        private final ByteBuffer memory;
        private final ByteBuffer bytes;

        private Lent(@Nullable Shelf shelf, ByteBuffer memory, ByteBuffer bytes) {
            this.shelf = shelf;
            this.memory = memory;
            this.bytes = bytes;
        }

        /** The same loan, of which these bytes are meant; to be closed instead of this. */
        Lent with(ByteBuffer part) {
            return new Lent(shelf, memory, part);
        }

        @Override
        public ByteBuffer bytes() {
            return bytes;
        }

        @Override
        public void close() {
            if (shelf != null) {
                shelf.idle.offer(memory);
            }
        }
    }
}
