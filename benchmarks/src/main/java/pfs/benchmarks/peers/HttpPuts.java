package pfs.benchmarks.peers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** PUTs of many small files over a few keep-alive connections: head and body in one write. */
final class HttpPuts {
    private static final int CONNECTIONS = 8;

    private HttpPuts() {}

    /** Files a second, over 8 connections. */
    static double run(int port, String prefix, List<byte[]> bodies) throws Exception {
        return run(port, prefix, bodies, CONNECTIONS);
    }

    /** The same over as many connections as the caller wants. */
    static double run(int port, String prefix, List<byte[]> bodies, int connections)
            throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> done = new ArrayList<>();
        long start;
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            start = System.nanoTime();
            for (int i = 0; i < connections; i++) {
                done.add(threads.submit(() -> connection(port, prefix, bodies, next)));
            }
            for (Future<?> connection : done) {
                connection.get();
            }
        }
        return bodies.size() / ((System.nanoTime() - start) / 1e9);
    }

    private static int connection(int port, String prefix, List<byte[]> bodies, AtomicInteger next)
            throws IOException {
        int mine = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
            for (int i = next.getAndIncrement();
                    i < bodies.size();
                    i = next.getAndIncrement(), mine++) {
                byte[] body = bodies.get(i);
                byte[] head =
                        ("PUT "
                                        + prefix
                                        + Data.smallName(i)
                                        + " HTTP/1.1\r\nHost: localhost:"
                                        + port
                                        + "\r\nContent-Length: "
                                        + body.length
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII);
                byte[] request = new byte[head.length + body.length];
                System.arraycopy(head, 0, request, 0, head.length);
                System.arraycopy(body, 0, request, head.length, body.length);
                out.write(request);
                answer(in);
            }
        }
        return mine;
    }

    private static void answer(InputStream in) throws IOException {
        String status = line(in);
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            if (header.regionMatches(true, 0, "content-length", 0, colon)) {
                length = Integer.parseInt(header.substring(colon + 1).strip());
            }
        }
        byte[] body = in.readNBytes(length);
        if (!status.contains(" 201") && !status.contains(" 204") && !status.contains(" 200")) {
            throw new IOException(status + ": " + new String(body, StandardCharsets.UTF_8));
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
