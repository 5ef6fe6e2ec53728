package pfs.testing.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A keep-alive connection that puts files with a marker in each, so that a trace shows them. */
final class Connection {
    private final Socket socket;
    private final int number;
    private final List<String> markers = new ArrayList<>();

    Connection(int port, int number) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(60_000);
        this.number = number;
    }

    int localPort() {
        return socket.getLocalPort();
    }

    /** The markers in the order in which they were put and answered. */
    List<String> markers() {
        return markers;
    }

    @Nullable Void put(int writes) throws IOException {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (int i = 0; i < writes; i++) {
                // short, so that it is stored as it is
                String marker = "marker-" + number + "-" + i + "-end";
                String head =
                        "PUT /pfs/c%d/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n";
                String request = String.format(head, number, i, marker.length()) + marker;
                out.write(request.getBytes(StandardCharsets.US_ASCII));
                out.flush();
                markers.add(marker);
                String status = readAnswer(in);
                if (!status.startsWith("HTTP/1.1 201")) {
                    throw new AssertionError(marker + " was answered with " + status);
                }
            }
        }
        return null;
    }

    /** Reads one answer; its status line. */
    private static String readAnswer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the connection ended in an answer: " + head);
            }
            head.append((char) c);
        }
        for (String line : head.toString().split("\r\n")) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                in.readNBytes(Integer.parseInt(line.substring(15).strip()));
            }
        }
        return head.substring(0, head.indexOf("\r\n"));
    }
}
