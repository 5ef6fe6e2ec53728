package pfs.chunk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stored file as a stream of bytes; skipping costs nothing. Not thread-safe. */
final class ContentInputStream extends InputStream {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final ContentReader reader;
    private final Content content;
    private @Nullable ChunkStream chunks;
    private ByteBuffer piece = EMPTY;
    private long at;
    private boolean closed;

    ContentInputStream(ContentReader reader, Content content) {
        this.reader = reader;
        this.content = content;
    }

    @Override
    public int read() throws IOException {
        if (!fill()) {
            return -1;
        }
        at++;
        return piece.get() & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(length, piece.remaining());
        piece.get(into, offset, taken);
        at += taken;
        return taken;
    }

    @Override
    public long skip(long bytes) throws IOException {
        ensureOpen();
        long skipped = Math.clamp(bytes, 0, content.size() - at);
        at += skipped;
        if (skipped <= piece.remaining()) {
            piece.position(piece.position() + (int) skipped);
        } else {
            leave();
        }
        return skipped;
    }

    @Override
    public int available() {
        return piece.remaining();
    }

    @Override
    public void close() {
        closed = true;
        leave();
    }

    /** False at the end. */
    private boolean fill() throws IOException {
        ensureOpen();
        if (piece.hasRemaining()) {
            return true;
        }
        if (at == content.size()) {
            return false;
        }
        @Nullable ChunkStream open = chunks;
        if (open == null) {
            open = reader.stream(content, at, content.size() - at);
            chunks = open;
        }
        @Nullable ByteBuffer next = open.next();
        piece = next == null ? EMPTY : next;
        return piece.hasRemaining();
    }

    private void leave() {
        piece = EMPTY;
        if (chunks != null) {
            chunks.close();
            chunks = null;
        }
    }

    private void ensureOpen() throws IOException {
        if (closed) {
            throw new IOException("this stream is closed");
        }
    }
}
