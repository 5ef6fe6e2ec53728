package pfs.benchmarks.peers;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A server that runs on a port of loopback, started here and stopped by closing it. */
final class WebServer implements AutoCloseable {
    private final Process process;
    private final int port;
    private final String prefix;
    private final double secondsToReady;
    private final double cpuSecondsToReady;

    private WebServer(Process process, int port, String prefix, double secondsToReady) {
        this.cpuSecondsToReady =
                process.info().totalCpuDuration().map(d -> d.toNanos() / 1e9).orElse(Double.NaN);
        this.process = process;
        this.port = port;
        this.prefix = prefix;
        this.secondsToReady = secondsToReady;
    }

    static WebServer pfs(Commands commands, Path home, Path data, Path log) throws IOException {
        return pfs(commands, home, data, log, Map.of());
    }

    /** One with variables and options of its own. */
    static WebServer pfs(
            Commands commands,
            Path home,
            Path data,
            Path log,
            Map<String, String> environment,
            String... options)
            throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add("env");
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(home.resolve("pfs").toString(), "serve"));
        command.addAll(List.of("--listen", "127.0.0.1:" + port, "--data", data.toString()));
        command.addAll(List.of(options));
        long start = System.nanoTime();
        Process process = commands.start(log, command.toArray(String[]::new));
        awaitReady(process, port, "/healthz", log);
        return new WebServer(process, port, "/pfs/", (System.nanoTime() - start) / 1e9);
    }

    /** With its defaults for speed: sendfile, a worker a core, no log; dav PUT without a sync. */
    static WebServer nginx(Commands commands, Path directory) throws IOException {
        int port = freePort();
        Path root = Files.createDirectories(directory.resolve("root"));
        Path temporary = Files.createDirectories(directory.resolve("temporary"));
        Path config = directory.resolve("nginx.conf");
        Path log = directory.resolve("nginx.log");
        Files.writeString(
                config,
                """
                daemon off;
                %s
                worker_processes auto;
                pid %s/nginx.pid;
                error_log %s;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  sendfile on;
                  tcp_nopush on;
                  keepalive_requests 100000000;
                  client_max_body_size 0;
                  client_body_temp_path %s;
                  proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;
                  server {
                    listen 127.0.0.1:%d;
                    root %s;
                    dav_methods PUT DELETE;
                    create_full_put_path on;
                  }
                }
                """
                        .formatted(
                                isRoot() ? "user root;" : "",
                                directory,
                                log,
                                temporary,
                                temporary,
                                temporary,
                                temporary,
                                temporary,
                                port,
                                root));
        long start = System.nanoTime();
        Process process =
                commands.start(
                        directory.resolve("out.log"), nginxProgram(), "-c", config.toString());
        awaitReady(process, port, "/", log);
        return new WebServer(process, port, "/", (System.nanoTime() - start) / 1e9);
    }

    static String nginxProgram() {
        return Files.isExecutable(Path.of("/usr/sbin/nginx")) ? "/usr/sbin/nginx" : "nginx";
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitReady(Process process, int port, String path, Path log)
            throws IOException {
        long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                String said = Files.exists(log) ? Files.readString(log) : "";
                throw new IOException("it ended with " + process.exitValue() + ": " + said);
            }
            try {
                var connection =
                        (HttpURLConnection)
                                URI.create("http://127.0.0.1:" + port + path)
                                        .toURL()
                                        .openConnection();
                if (connection.getResponseCode() < 500) {
                    return;
                }
            } catch (IOException _) {
                pause();
            }
        }
        Commands.stop(process);
        throw new IOException("not ready after five minutes, see " + log);
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    int port() {
        return port;
    }

    /** Where files are below. */
    String prefix() {
        return prefix;
    }

    String origin() {
        return "http://127.0.0.1:" + port;
    }

    String url(String file) {
        return origin() + prefix + file;
    }

    double secondsToReady() {
        return secondsToReady;
    }

    /** Processor time of the process until then, user and system. */
    double cpuSecondsToReady() {
        return cpuSecondsToReady;
    }

    /** The most memory that was ever resident, in MiB; Linux only, else NaN. */
    double peakMebibytes() throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }

    @Override
    public void close() {
        Commands.stop(process);
    }
}
