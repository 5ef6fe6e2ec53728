package pfs.jobs.worker;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection with its two buffers. One exchange at a time; close may be called by
 * any thread, and ends a blocked read or write with an exception.
 *
 * <p>Simple servers write head and body in two packets, and their Nagle's algorithm keeps the
 * second until the first is acknowledged, which Linux delays by 40 ms. So whoever waits for the
 * rest of an answer asks for the acknowledgement of what came first: setting TCP_QUICKACK sends one
 * that is due at once. An answer in one packet costs no such call.
 */
final class Connection implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
    private final boolean quickAck;
    private final @Nullable FrameWriter frames;
    private volatile long lastActive = System.nanoTime();
    private boolean used;
    private boolean answering;

    /**
     * @param refers whether frames are written to it, see {@link Dialer#refers}
     */
    Connection(SocketChannel channel, boolean refers) {
        this.channel = channel;
        this.frames = refers ? new FrameWriter(this::flush) : null;
        SocketOption<Boolean> option = ExtendedSocketOptions.TCP_QUICKACK;
        this.quickAck = channel.supportedOptions().contains(option);
    }

    /** True if an exchange was over it before: the worker may have closed it meanwhile. */
    boolean used() {
        return used;
    }

    void markUsed() {
        used = true;
    }

    /** True from the first byte of an answer on. */
    boolean answering() {
        return answering;
    }

    long lastActive() {
        return lastActive;
    }

    void begin() {
        answering = false;
        lastActive = System.nanoTime();
    }

    /** True if the whole body fits behind the head in one write. */
    static boolean fits(Request request) {
        return request.head().bytes().length + request.body().length() <= BUFFER;
    }

    /** Head and body in one write, for a request that {@link #fits}. */
    void writeSmall(Request request) throws IOException {
        out.clear().put(request.head().bytes());
        request.body().writeTo(out::put);
        FrameWriter framed = frames;
        if (framed != null) {
            framed.accept(out.flip());
        } else {
            flush(out.flip());
        }
    }

    /** Head and body in as many writes as the body has pieces. */
    void writeLarge(Request request) throws IOException {
        FrameWriter framed = frames;
        if (framed != null) {
            framed.accept(ByteBuffer.wrap(request.head().bytes()));
            request.body().referTo(framed);
            framed.flush();
            return;
        }
        out.clear().put(request.head().bytes());
        long[] written = {0};
        request.body()
                .writeTo(
                        piece -> {
                            written[0] += piece.remaining();
                            if (out.position() > 0) {
                                int room = Math.min(out.remaining(), piece.remaining());
                                out.put(piece.slice(piece.position(), room));
                                piece.position(piece.position() + room);
                                flush(out.flip());
                                out.clear();
                            }
                            flush(piece);
                        });
        if (written[0] != request.body().length()) {
            throw new IllegalStateException(
                    request.label() + ": " + written[0] + " bytes of " + request.body().length());
        }
    }

    private void flush(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
            lastActive = System.nanoTime();
        }
    }

    /** Reads more into the buffer; false at the end of the stream. */
    private boolean fill() throws IOException {
        if (answering && quickAck) {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
        in.clear();
        int n;
        try {
            n = channel.read(in);
        } finally {
            in.flip();
        }
        lastActive = System.nanoTime();
        if (n > 0) {
            answering = true;
        }
        return n > 0;
    }

    /** The next byte; EOFException at the end. */
    int read() throws IOException {
        if (!in.hasRemaining() && !fill()) {
            throw new EOFException();
        }
        return in.get() & 0xff;
    }

    /** Up to length bytes of a body; -1 at the end of the stream. */
    int read(byte[] into, int offset, int length) throws IOException {
        if (!in.hasRemaining() && !fill()) {
            return -1;
        }
        int n = Math.min(length, in.remaining());
        in.get(into, offset, n);
        return n;
    }

    /** True if nothing unexpected waits to be read; does not look at the socket. */
    boolean clean() {
        return !in.hasRemaining();
    }

    boolean open() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The connection is given up in any case.
        }
    }
}
