package pfs.testing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A trace of a real server's system calls under concurrent writers, which shows for every write
 * that its bytes were written to a pack, then that pack was synced from a call that began after
 * that, and only then the answer left.
 */
public final class SyncOrder {
    private static final int CONNECTIONS = 4;

    private final Path root;
    private final Path data;

    /** Traces a server over a directory that is not there yet. */
    public SyncOrder(Path root, Path data) {
        this.root = root;
        this.data = data;
    }

    /** Whether strace is there and may trace. */
    public static boolean possible() throws InterruptedException {
        try {
            return new ProcessBuilder("strace", "-o", "/dev/null", "true").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes so many writes and checks each. */
    public String run(int writes) throws IOException, InterruptedException {
        if (!possible()) {
            return "cannot be run here: there is no strace, or it may not trace";
        }
        Path trace = data.resolveSibling("trace");
        List<Connection> connections = trace(trace, writes);
        SystemCalls calls = SystemCalls.parse(trace);
        for (Connection connection : connections) {
            calls.verify(connection.localPort(), connection.markers());
        }
        Files.delete(trace);
        return writes
                + " writes on "
                + CONNECTIONS
                + " connections, "
                + calls.syncs()
                + " syncs of packs; no answer left before the sync behind its bytes";
    }

    /** Writes on several connections at once, while the server is traced into the file. */
    private List<Connection> trace(Path trace, int writes)
            throws IOException, InterruptedException {
        List<String> strace =
                List.of(
                        "strace",
                        "-f",
                        "-yy",
                        "-s",
                        "400000",
                        "-o",
                        trace.toString(),
                        "-e",
                        "trace=write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,"
                                + "fdatasync,fsync,sync_file_range");
        List<Connection> connections = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(root, data, strace);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.awaitReady();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection connection = new Connection(server.port(), i);
                connections.add(connection);
                running.add(threads.submit(() -> connection.put(writes / CONNECTIONS)));
            }
            for (Future<?> each : running) {
                each.get();
            }
            server.stop();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
        return connections;
    }
}
