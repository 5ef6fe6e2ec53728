package pfs.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A line between two servers, on loopback: it counts the requests and bytes that go through, and
 * can be cut, for good, after so many bytes towards the server that is called. Thread-safe.
 */
final class Line implements AutoCloseable {
    /** What each request has once, behind its target. */
    private static final byte[] REQUEST = " HTTP/1.1\r\nHost: ".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket door;
    private final int port;
    private final long cutAfter;
    private final AtomicLong there = new AtomicLong();
    private final AtomicLong back = new AtomicLong();
    private final AtomicInteger requests = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private interface Sight {
        /** How many of these bytes may go on. */
        int of(byte[] bytes, int length);
    }

    /**
     * @param port of the server that is called
     * @param cutAfter bytes; {@link Long#MAX_VALUE} for never
     */
    Line(int port, long cutAfter) throws IOException {
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = port;
        this.cutAfter = cutAfter;
        Thread.ofVirtual().start(this::serve);
    }

    String url() {
        return "http://127.0.0.1:" + door.getLocalPort();
    }

    /** Bytes towards the server so far; no more than it was cut after. */
    long there() {
        return Math.min(cutAfter, there.get());
    }

    /** Bytes both ways so far. */
    long bytes() {
        return there() + back.get();
    }

    int requests() {
        return requests.get();
    }

    private void serve() {
        try {
            while (true) {
                Socket caller = door.accept();
                Socket called = new Socket(InetAddress.getLoopbackAddress(), port);
                caller.setTcpNoDelay(true);
                called.setTcpNoDelay(true);
                open.add(caller);
                open.add(called);
                Requests seen = new Requests();
                Thread.ofVirtual().start(() -> pass(caller, called, seen));
                Thread.ofVirtual()
                        .start(
                                () ->
                                        pass(
                                                called,
                                                caller,
                                                (_, length) -> {
                                                    back.addAndGet(length);
                                                    return length;
                                                }));
            }
        } catch (IOException e) {
            // Closed, or cut.
        }
    }

    /** Counts what goes to the server, and cuts the line. */
    private final class Requests implements Sight {
        private int matched;

        @Override
        public int of(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                boolean next = bytes[i] == REQUEST[matched];
                matched = next ? matched + 1 : bytes[i] == REQUEST[0] ? 1 : 0;
                if (matched == REQUEST.length) {
                    requests.incrementAndGet();
                    matched = 0;
                }
            }
            long before = there.getAndAdd(length);
            return (int) Math.clamp(cutAfter - before, 0, length);
        }
    }

    private void pass(Socket from, Socket to, Sight sight) {
        byte[] buffer = new byte[64 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                int allowed = sight.of(buffer, n);
                out.write(buffer, 0, allowed);
                if (allowed < n) {
                    close();
                }
            }
        } catch (IOException e) {
            // The other end went away, or the line was cut.
        }
    }

    @Override
    public void close() {
        close(door);
        open.forEach(Line::close);
    }

    private static void close(Closeable end) {
        try {
            end.close();
        } catch (IOException e) {
            // Nothing goes through it any more all the same.
        }
    }
}
