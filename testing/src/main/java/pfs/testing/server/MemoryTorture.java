package pfs.testing.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/**
 * A large file and a directory of very many names, in the memory that the server has by default
 * (-Xmx512m): its resident memory does not grow with either.
 */
public final class MemoryTorture {
    private static final long MIB = 1L << 20;

    /** Heap, its outside, the database's caches, the JVM itself. */
    private static final long MAX_RESIDENT_KIB = 900 * 1024;

    private final Path root;
    private final Path data;

    /** Fills a directory that is not there yet. */
    public MemoryTorture(Path root, Path data) {
        this.root = root;
        this.data = data;
    }

    /** A file of 2 (long: 20) GiB and 200,000 (long: 1,000,000) names. */
    public String run(boolean longRun) throws IOException, InterruptedException {
        long size = (longRun ? 20L : 2L) << 30;
        int names = longRun ? 1_000_000 : 200_000;
        try (ServerProcess server = ServerProcess.ready(root, data)) {
            long idle = server.residentKib();
            long[] upload = put(server, size);
            long[] download = get(server, size);
            long[] tar = tar(server, names);
            long listing = list(server, names);
            String figures =
                    String.format(
                            "resident MiB: idle %d; putting %d GiB %d, then %d; getting it %d, then"
                                    + " %d; a tar of %d names %d, then %d; listing them %d",
                            idle >> 10,
                            size >> 30,
                            upload[0] >> 10,
                            upload[1] >> 10,
                            download[0] >> 10,
                            download[1] >> 10,
                            names,
                            tar[0] >> 10,
                            tar[1] >> 10,
                            listing >> 10);
            verifyFlat("putting", upload);
            verifyFlat("getting", download);
            if (Math.max(tar[1], listing) > MAX_RESIDENT_KIB) {
                throw new AssertionError("too much memory: " + figures);
            }
            return figures;
        }
    }

    /** What was measured at a quarter and at the end. */
    private static void verifyFlat(String what, long[] measured) {
        if (measured[1] > MAX_RESIDENT_KIB || measured[1] > measured[0] * 5 / 4) {
            throw new AssertionError(
                    what
                            + " takes "
                            + measured[0]
                            + " KiB at a quarter and "
                            + measured[1]
                            + " at the end");
        }
    }

    private static Socket connect(ServerProcess server, String head) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(600_000);
        String whole = head + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        socket.getOutputStream().write(whole.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static long[] put(ServerProcess server, long size) throws IOException {
        byte[] piece = new byte[(int) MIB];
        Random random = new Random(1);
        long quarter = 0;
        try (Socket socket = connect(server, "PUT /pfs/large")) {
            OutputStream out = socket.getOutputStream();
            out.write(("Content-Length: " + size + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            for (long sent = 0; sent < size; sent += MIB) {
                random.nextBytes(piece);
                out.write(piece);
                if (sent == size / 4) {
                    quarter = server.residentKib();
                }
            }
            expect(socket.getInputStream(), "HTTP/1.1 201");
        }
        return new long[] {quarter, server.residentKib()};
    }

    private static long[] get(ServerProcess server, long size) throws IOException {
        long quarter = 0;
        long got = 0;
        try (Socket socket = connect(server, "GET /pfs/large")) {
            socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] piece = new byte[(int) MIB];
            for (int n; (n = socket.getInputStream().read(piece)) >= 0; ) {
                boolean before = got < size / 4;
                got += n;
                if (before && got >= size / 4) {
                    quarter = server.residentKib();
                }
            }
        }
        if (got < size) {
            throw new AssertionError("the file came back with " + got + " of " + size + " bytes");
        }
        return new long[] {quarter, server.residentKib()};
    }

    private static long[] tar(ServerProcess server, int names) throws IOException {
        long quarter = 0;
        long length = 1024L * names + 1024;
        try (Socket socket = connect(server, "PUT /pfs/many/")) {
            OutputStream out = new java.io.BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            String head =
                    "Content-Type: application/x-tar\r\nContent-Length: " + length + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < names; i++) {
                byte[] text = ("this is file " + i).getBytes(StandardCharsets.US_ASCII);
                out.write(TarWriter.header("name-" + i, text.length));
                out.write(text);
                out.write(new byte[512 - text.length]);
                if (i == names / 4) {
                    quarter = server.residentKib();
                }
            }
            out.write(new byte[1024]);
            out.flush();
            expect(socket.getInputStream(), "HTTP/1.1 200");
        }
        return new long[] {quarter, server.residentKib()};
    }

    private static long list(ServerProcess server, int names) throws IOException {
        long lines = 0;
        String after = "";
        while (lines < names) {
            String path = "GET /pfs/many/?limit=100000&after=" + after;
            try (Socket socket = connect(server, path)) {
                socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer =
                        new String(
                                socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                java.util.List<String> found =
                        answer.lines().filter(line -> line.startsWith("name-")).toList();
                if (found.isEmpty()) {
                    throw new AssertionError(lines + " names are listed of " + names);
                }
                lines += found.size();
                after = found.getLast();
            }
        }
        return server.residentKib();
    }

    private static void expect(InputStream in, String status) throws IOException {
        String answer = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        if (!answer.startsWith(status)) {
            throw new AssertionError("expected " + status + ", got " + answer);
        }
    }
}
