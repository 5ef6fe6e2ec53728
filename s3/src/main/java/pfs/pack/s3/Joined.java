package pfs.pack.s3;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/** Buffers one after the other, as bodies of requests that can be sent again. It copies nothing. */
final class Joined {
    private static final String TYPE = "application/octet-stream";

    private final List<ByteBuffer> parts = new ArrayList<>();
    private final long size;

    /** What remains in the buffers now; they must not be changed while this is used. */
    Joined(ByteBuffer... buffers) {
        long sum = 0;
        for (ByteBuffer buffer : buffers) {
            parts.add(buffer.slice());
            sum += buffer.remaining();
        }
        this.size = sum;
    }

    long size() {
        return size;
    }

    RequestBody body(long offset, long length) {
        if (length == 0) {
            return RequestBody.empty(); // a stream of nothing would be sent without its length
        }
        return RequestBody.fromContentProvider(() -> stream(offset, length), length, TYPE);
    }

    private InputStream stream(long offset, long length) {
        List<ByteBuffer> pieces = new ArrayList<>();
        long at = 0;
        for (ByteBuffer part : parts) {
            long from = Math.max(offset, at) - at;
            long to = Math.min(offset + length, at + part.remaining()) - at;
            if (from < to) {
                pieces.add(part.slice((int) from, (int) (to - from)));
            }
            at += part.remaining();
        }
        return new Pieces(pieces);
    }

    /** Reads buffers to their ends. */
    private static final class Pieces extends InputStream {
        private final List<ByteBuffer> pieces;
        private int next;

        Pieces(List<ByteBuffer> pieces) {
            this.pieces = pieces;
        }

        private @Nullable ByteBuffer current() {
            while (next < pieces.size() && !pieces.get(next).hasRemaining()) {
                next++;
            }
            return next < pieces.size() ? pieces.get(next) : null;
        }

        @Override
        public int read() {
            ByteBuffer piece = current();
            return piece == null ? -1 : piece.get() & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            ByteBuffer piece = current();
            if (piece == null) {
                return length == 0 ? 0 : -1;
            }
            int count = Math.min(length, piece.remaining());
            piece.get(into, offset, count);
            return count;
        }
    }
}
