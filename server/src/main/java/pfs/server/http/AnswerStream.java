package pfs.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;

/**
 * An answer's body, written in pieces of a few dozen KiB. What fits into one piece goes out at once
 * with its length. Only {@link #finish} ends the answer: a body that failed halfway is never made
 * to look whole. Not thread-safe.
 */
final class AnswerStream extends OutputStream {
    private static final int PIECE = 32 * 1024;

    private final Response response;
    private final long rate;
    private final boolean live;
    private byte[] piece = new byte[1024];
    private int size;
    private long total;

    /**
     * @param live whether a flush sends what is there: generators flush far too often for all
     *     others
     */
    AnswerStream(Response response, long rate, boolean live) {
        this.response = response;
        this.rate = rate;
        this.live = live;
    }

    @Override
    public void write(int b) throws IOException {
        ensure(1);
        piece[size++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0) {
            ensure(left);
            int n = Math.min(left, piece.length - size);
            System.arraycopy(bytes, at, piece, size, n);
            size += n;
            at += n;
            left -= n;
        }
    }

    /** Makes room for some of the bytes to come. */
    private void ensure(int wanted) throws IOException {
        if (size + wanted <= piece.length) {
            return;
        }
        if (piece.length < PIECE) {
            int larger = Math.min(PIECE, Math.max(piece.length * 4, size + wanted));
            piece = java.util.Arrays.copyOf(piece, larger);
        }
        if (size == piece.length) {
            send(false);
        }
    }

    private void send(boolean last) throws IOException {
        total += size;
        ByteBuffer bytes = ByteBuffer.wrap(piece, 0, size);
        Sending.write(response, last, bytes, rate);
        size = 0;
    }

    /** Sends what is there when readers wait for it; else pieces are sent when they are full. */
    @Override
    public void flush() throws IOException {
        if (live && size > 0) {
            send(false);
        }
    }

    /** Sends what is left; the answer is whole. */
    void finish() throws IOException {
        send(true);
    }

    long total() {
        return total;
    }
}
