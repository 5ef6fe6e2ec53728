package pfs.benchmarks.mapreduce;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers each request with 204, as fast as a few lines can. */
public final class NoOp {
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private NoOp() {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        InetAddress here = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(port, 100, here)) {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                new Thread(() -> serve(socket)).start();
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
            OutputStream out = socket.getOutputStream();
            for (long length = head(in); length >= 0; length = head(in)) {
                in.skipNBytes(length);
                out.write(ANSWER);
            }
        } catch (IOException e) {
            // The server closed the connection.
        }
    }

    /** Reads a head; the body's length, -1 at the end. */
    private static long head(InputStream in) throws IOException {
        long length = 0;
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            String text = line.toString().strip();
            if (text.isEmpty()) {
                return length;
            }
            if (text.startsWith("Content-Length:")) {
                length = Long.parseLong(text.substring(15).strip());
            }
            line.setLength(0);
        }
        return -1;
    }
}
