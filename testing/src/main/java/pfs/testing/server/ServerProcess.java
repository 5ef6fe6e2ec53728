package pfs.testing.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A {@code pfs serve} of its own process, on loopback, over a data directory. */
public final class ServerProcess implements AutoCloseable {
    /** For machines with other things to do; a server that hangs is found all the same. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final String LOOPBACK = "127.0.0.1";

    /** A start without the second compiler: half of what a server takes in its first seconds. */
    static final List<String> SHORT_LIVED = List.of("env", "PFS_JAVA_OPTS=-XX:TieredStopAtLevel=1");

    private final Process process;
    private final String host;
    private final int port;
    private final Path log;
    private final Path data;
    private final long startedNanos = System.nanoTime();
    private long readyMillis;

    private ServerProcess(Process process, String host, int port, Path log, Path data) {
        this.host = host;
        this.data = data;
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts a server and does not wait for it.
     *
     * @param root the tree that has {@code pfs} in it
     * @param wrapper what to start before it, such as strace; empty for nothing
     */
    public static ServerProcess start(Path root, Path data, List<String> wrapper)
            throws IOException {
        return start(root, data, wrapper, freePort(), List.of());
    }

    /**
     * As the other, on a port of the caller's choice.
     *
     * @param more flags
     */
    static ServerProcess start(
            Path root, Path data, List<String> wrapper, int port, List<String> more)
            throws IOException {
        return start(root, data, wrapper, port, more, Map.of());
    }

    /**
     * As the other.
     *
     * @param environment more variables
     */
    static ServerProcess start(
            Path root,
            Path data,
            List<String> wrapper,
            int port,
            List<String> more,
            Map<String, String> environment)
            throws IOException {
        return start(root, data, wrapper, LOOPBACK, port, more, environment);
    }

    /**
     * As the other.
     *
     * @param host the address that it listens on, and is reached by
     */
    static ServerProcess start(
            Path root,
            Path data,
            List<String> wrapper,
            String host,
            int port,
            List<String> more,
            Map<String, String> environment)
            throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(
                List.of(
                        root.resolve("pfs").toString(),
                        "serve",
                        "--listen",
                        host + ":" + port,
                        "--data",
                        data.toString()));
        command.addAll(more);
        Path log = data.resolveSibling(data.getFileName() + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        return new ServerProcess(process, host, port, log, data);
    }

    /** A server that is ready. */
    public static ServerProcess ready(Path root, Path data) throws IOException {
        ServerProcess server = start(root, data, List.of());
        server.awaitReady();
        return server;
    }

    /** One that is ready, and will be killed before it is worth the second compiler. */
    static ServerProcess shortLived(Path root, Path data) throws IOException {
        ServerProcess server = start(root, data, SHORT_LIVED);
        server.awaitReady();
        return server;
    }

    /** A port that nobody has just now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns when the server answers. */
    public void awaitReady() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (Caller caller = new Caller((int) PATIENCE.toMillis())) {
            while (System.nanoTime() < end && process.isAlive()) {
                try {
                    if (caller.send(uri("/healthz"), "GET", null, Map.of()).status() == 200) {
                        readyMillis = (System.nanoTime() - startedNanos) / 1_000_000;
                        return;
                    }
                } catch (IOException e) {
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new AssertionError("the server does not start; its log:\n" + tail());
    }

    private static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(10);
    }

    /** The last lines that the server wrote. */
    public String tail() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    public URI uri(String pathAndQuery) {
        return URI.create("http://" + host + ":" + port + pathAndQuery);
    }

    /** Its data directory. */
    public Path data() {
        return data;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Milliseconds from the start to the first answer. */
    public long readyMillis() {
        return readyMillis;
    }

    /** Stops it where it stands (SIGSTOP), or lets it go on (SIGCONT). */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /** SIGKILL, at once. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /**
     * SIGTERM, and its exit code within 10 seconds.
     *
     * @throws AssertionError if it takes longer
     */
    public int stop() throws InterruptedException {
        if (process.descendants().findAny().isEmpty()) {
            process.destroy();
        } else {
            // a wrapper ends with what it wraps
            process.descendants().forEach(ProcessHandle::destroy);
        }
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            close();
            throw new AssertionError("the server does not stop within 10 s");
        }
        return process.exitValue();
    }

    /**
     * The exit code of a server that ends by itself.
     *
     * @throws AssertionError if it does not within a minute
     */
    int ended() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            close();
            throw new AssertionError("the server does not end");
        }
        return process.exitValue();
    }

    /** Resident memory in KiB. */
    public long residentKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
