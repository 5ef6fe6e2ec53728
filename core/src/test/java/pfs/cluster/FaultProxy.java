package pfs.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A port before a server, for TCP of any kind, which loses what a test tells it to lose. It knows
 * nothing of what it carries.
 */
public final class FaultProxy implements AutoCloseable {
    /** What happens to what passes. */
    public enum Mode {
        /** Everything passes. */
        PASS,
        /** What clients send arrives; what is answered to it does not, and the line breaks. */
        LOSE_ANSWERS,
        /** What clients send does not arrive; they are answered 500, as HTTP does, and cut off. */
        ANSWER_500,
        /** The same with 503. */
        ANSWER_503,
        /** Nothing arrives, and no answer comes; the line stays. */
        HANG,
        /** Nobody can connect, and what is connected breaks. */
        REFUSE
    }

    private final ServerSocket listening;
    private final int port;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Object changed = new Object();
    private Mode mode = Mode.PASS;
    private long lost;
    private int passing;

    /** A proxy on a free port of loopback, before a port of this machine. */
    public FaultProxy(int port) throws IOException {
        this(InetAddress.getLoopbackAddress(), port);
    }

    /** A proxy on a free port of an address, before a port of this machine's loopback. */
    public FaultProxy(InetAddress at, int port) throws IOException {
        this.port = port;
        this.listening = new ServerSocket(0, 50, at);
        threads.submit(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Changes the mode, for the lines that are open too. */
    public void set(Mode next) {
        synchronized (changed) {
            mode = next;
            passing = 0;
            changed.notifyAll();
        }
        if (next == Mode.REFUSE) {
            sockets.forEach(FaultProxy::cut);
        }
    }

    /** Lets some answers, or parts of them, pass, and loses those that come then. */
    public void loseAfter(int answers) {
        synchronized (changed) {
            passing = answers;
            mode = Mode.LOSE_ANSWERS;
        }
    }

    /** Waits until this many answers, or parts of them, were lost since the proxy began. */
    public void awaitLost(long atLeast) throws InterruptedException {
        synchronized (changed) {
            while (lost < atLeast) {
                changed.wait();
            }
        }
    }

    /** Answers that were lost. */
    public long lost() {
        synchronized (changed) {
            return lost;
        }
    }

    private Void accept() throws IOException {
        while (!listening.isClosed()) {
            Socket client = listening.accept();
            synchronized (changed) {
                if (mode == Mode.REFUSE) {
                    cut(client);
                    continue;
                }
            }
            threads.submit(() -> join(client));
        }
        return null;
    }

    /** Connects a client to the server; one that is not there is not there for the client. */
    private void join(Socket client) {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), port);
        } catch (IOException e) {
            cut(client);
            return;
        }
        sockets.add(client);
        sockets.add(server);
        threads.submit(() -> carry(client, server, false));
        threads.submit(() -> carry(server, client, true));
    }

    private Void carry(Socket from, Socket to, boolean answers) {
        byte[] bytes = new byte[1 << 16];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                if (!mayPass(answers)) {
                    break;
                }
                String error = answers ? "" : error();
                if (!error.isEmpty()) {
                    from.getOutputStream().write(error.getBytes(StandardCharsets.US_ASCII));
                    from.shutdownOutput();
                    break;
                }
                out.write(bytes, 0, n);
                out.flush();
            }
        } catch (IOException | InterruptedException e) {
            // the line is broken: so is its other half
        } finally {
            cut(from);
            cut(to);
        }
        return null;
    }

    /** The answer that the proxy gives itself; "" if it gives none. */
    private String error() {
        synchronized (changed) {
            return switch (mode) {
                case ANSWER_500 -> "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n";
                case ANSWER_503 -> "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
                case PASS, LOSE_ANSWERS, HANG, REFUSE -> "";
            };
        }
    }

    /** Waits while lines hang; false if the line has to break here. */
    private boolean mayPass(boolean answers) throws InterruptedException {
        synchronized (changed) {
            while (mode == Mode.HANG) {
                changed.wait();
            }
            if (mode == Mode.LOSE_ANSWERS && answers && passing-- <= 0) {
                lost++;
                changed.notifyAll();
                return false;
            }
            return mode != Mode.REFUSE;
        }
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is cut in any case
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        sockets.forEach(FaultProxy::cut);
        threads.shutdownNow();
    }
}
