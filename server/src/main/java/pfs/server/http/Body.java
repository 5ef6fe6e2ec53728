package pfs.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request, read once, blocking, piece by piece as it comes from the network. The
 * first read asks the client for it, if it waits with {@code Expect: 100-continue}. Not
 * thread-safe.
 */
public final class Body {
    /** Seconds of waiting before the rate counts. */
    private static final int GRACE_SECONDS = 10;

    private final Request request;
    private final long limit;
    private final long rate;
    private long waited;
    private long taken;
    private long size;
    private boolean ended;

    /** What {@link #arrived} read: given back, it is what comes next. */
    private @Nullable ByteBuffer early;

    private Content.@Nullable Chunk failed;

    Body(Request request, Limits limits) {
        this.request = request;
        this.limit = limits.bodyBytes();
        this.rate = limits.rate();
    }

    /** Takes a piece; the buffer is only valid during the call. */
    public interface Sink {
        void accept(ByteBuffer piece) throws IOException;
    }

    /** Bytes that the head announces; -1 if it does not say. */
    public long announced() {
        return request.getLength();
    }

    /** True if the head says that there is a body, be it an empty one. */
    public boolean present() {
        return announced() > 0
                || announced() < 0
                        && (request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                                || request.getConnectionMetaData().getHttpVersion().getVersion()
                                        >= 20);
    }

    /** Refuses a body that says itself that it is too large, before it is sent. */
    public void checkAnnounced() {
        if (announced() > limit) {
            throw tooLarge(announced());
        }
    }

    private Refusal tooLarge(long bytes) {
        return new Refusal(
                413, "Too large", "the body is " + bytes + " bytes or more, limit " + limit);
    }

    /** Gives all that is left to the sink. */
    public void pour(Sink sink) throws IOException {
        while (!ended) {
            Content.Chunk chunk = next();
            try {
                ByteBuffer piece = chunk.getByteBuffer();
                size += piece.remaining();
                if (size > limit) {
                    throw tooLarge(size);
                }
                if (piece.hasRemaining()) {
                    sink.accept(piece);
                }
                ended = chunk.isLast();
            } finally {
                chunk.release();
            }
        }
    }

    /**
     * The whole body, if it is short and here already; never waits. It counts as read then, unless
     * it is {@link #giveBack given back}.
     *
     * @return null if it has more than {@code most} bytes, or may have, or is still on its way
     */
    public byte @Nullable [] arrived(int most) {
        long announced = announced();
        if (announced < 0 || announced > most || request.getHeaders().contains(HttpHeader.EXPECT)) {
            return null;
        }
        ByteBuffer whole = ByteBuffer.allocate((int) announced);
        early = whole;
        while (!ended) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                return null;
            }
            if (Content.Chunk.isFailure(chunk)) {
                failed = chunk;
                return null;
            }
            whole.put(chunk.getByteBuffer());
            ended = chunk.isLast();
            chunk.release();
        }
        size = whole.position();
        return whole.array();
    }

    /** Has what has {@link #arrived} read again. */
    void giveBack() {
        ended = false;
        size = 0;
    }

    /** What is to be read again, else what has come; null if nothing has. */
    private Content.@Nullable Chunk read() {
        ByteBuffer again = early;
        if (again != null) {
            early = null;
            boolean whole = again.position() == again.capacity();
            if (whole || again.position() > 0) {
                return Content.Chunk.from(again.flip(), whole);
            }
        }
        Content.Chunk failure = failed;
        failed = null;
        return failure != null ? failure : request.read();
    }

    private Content.Chunk next() throws IOException {
        while (true) {
            Content.Chunk chunk = read();
            if (chunk == null) {
                await();
                checkRate();
            } else if (Content.Chunk.isFailure(chunk)) {
                ended = true;
                throw new BrokenBodyException(chunk.getFailure());
            } else {
                taken += chunk.remaining();
                return chunk;
            }
        }
    }

    /** A client that sends a byte now and then, to hold on to what it has here, is let go. */
    private void checkRate() throws IOException {
        long seconds = waited / 1_000_000_000L;
        if (seconds > GRACE_SECONDS && taken < (seconds - GRACE_SECONDS) * rate) {
            ended = true;
            throw new BrokenBodyException(
                    new TimeoutException(
                            taken
                                    + " bytes in "
                                    + seconds
                                    + " s, the least is "
                                    + rate
                                    + " a second"));
        }
    }

    private void await() throws IOException {
        long start = System.nanoTime();
        Semaphore ready = new Semaphore(0);
        request.demand(ready::release);
        try {
            ready.acquire();
            waited += System.nanoTime() - start;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a body was read", e);
        }
    }

    /** All of a small body; 413 if it is larger than {@code most} bytes. */
    public byte[] all(int most) throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        pour(
                piece -> {
                    if (out.size() + piece.remaining() > most) {
                        throw new Refusal(
                                413, "Too large", "the body is over the limit of " + most);
                    }
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    out.write(bytes, 0, bytes.length);
                });
        return out.toByteArray();
    }

    /**
     * Throws away up to {@code most} bytes, so that a client that is still sending sees the answer
     * it was given; one that still waits for a 100 has nothing to throw away.
     *
     * @return true if the body has ended
     */
    boolean drain(long most) {
        long dropped = 0;
        try {
            while (!ended && dropped < most) {
                Content.Chunk chunk = next();
                dropped += chunk.remaining();
                ended = chunk.isLast();
                chunk.release();
            }
        } catch (IOException e) {
            return false;
        }
        return ended;
    }

    /** True if the client waits for a 100 before it sends the body. */
    boolean awaited() {
        return size == 0 && !ended && request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /** Bytes read. */
    public long size() {
        return size;
    }

    /** What is left as a stream, for libraries that want one. */
    public InputStream stream() {
        return new BodyStream();
    }

    /** The client went away, or broke the protocol, before the body had ended. */
    public static final class BrokenBodyException extends IOException {
        private static final long serialVersionUID = 1L;

        BrokenBodyException(Throwable cause) {
            super("the body was cut short: " + cause.getMessage(), cause);
        }

        /** What to answer, if anybody still listens. */
        Refusal refusal() {
            int status =
                    getCause() instanceof HttpException http
                            ? http.getCode()
                            : getCause() instanceof TimeoutException ? 408 : 400;
            return new Refusal(
                    status,
                    status == 408 ? "Too slow" : "Cut short",
                    getMessage() + "; nothing was stored",
                    Map.of("Connection", "close"));
        }
    }

    private final class BodyStream extends InputStream {
        private Content.@Nullable Chunk chunk;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Content.Chunk current = chunk;
            while (current == null || !current.hasRemaining()) {
                if (current != null) {
                    ended = current.isLast();
                    current.release();
                    chunk = null;
                }
                if (ended) {
                    return -1;
                }
                current = next();
                chunk = current;
                size += current.remaining();
                if (size > limit) {
                    throw tooLarge(size);
                }
            }
            ByteBuffer piece = current.getByteBuffer();
            int n = Math.min(length, piece.remaining());
            piece.get(into, offset, n);
            return n;
        }

        @Override
        public void close() {
            if (chunk != null) {
                ended |= chunk.isLast();
                chunk.release();
                chunk = null;
            }
        }
    }
}
