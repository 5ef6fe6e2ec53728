package pfs.jobs.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real container engine of the test's own, Docker or Podman, with its own socket and images. It
 * can be restarted. Its image {@code scripts} answers a POST with what the POSTed shell script
 * prints, and with nothing when the script fails; {@code pfs-test} answers always, and with what
 * the script said on standard error too.
 */
public final class ContainerEngine implements AutoCloseable {
    private static final String TOOLS =
            "sh cat nc awk sleep head tr wc rm dd touch echo grep kill ls printf mkdir seq yes true"
                    + " false ip mount id ping wget tail";
    private static final String SERVE =
            """
            #!/bin/sh
            read -r _ path _
            while read -r header && [ "${header%?}" ]; do
                case $header in [Cc]ontent-[Ll]ength:*) length=$(echo "$header" | tr -cd 0-9) ;; esac
            done
            head -c "${length:-0}" > /tmp/in.$$
            if grep -q ^#raw /tmp/in.$$; then exec sh /tmp/in.$$; fi
            if sh /tmp/in.$$ > /tmp/out.$$; then
                printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n' "$(wc -c < /tmp/out.$$)"
                cat /tmp/out.$$
            fi
            rm -f /tmp/in.$$ /tmp/out.$$
            """;

    private static final String ANSWER =
            SERVE.replace(
                    "if sh /tmp/in.$$ > /tmp/out.$$; then",
                    "sh /tmp/in.$$ > /tmp/out.$$ 2>&1; if true; then");

    private final Kind kind;
    private final Path directory;
    private final @Nullable Bridge bridge;
    private Process daemon;

    /** Which program the engine is. */
    public enum Kind {
        DOCKER("dockerd", "docker.io"),
        PODMAN("podman", "podman");

        private final String program;
        private final String debian;

        Kind(String program, String debian) {
            this.program = program;
            this.debian = debian;
        }
    }

    private ContainerEngine(Kind kind, Path directory, @Nullable Bridge bridge) throws IOException {
        this.kind = kind;
        this.directory = directory;
        this.bridge = bridge;
        this.daemon = daemon();
    }

    /** Why no engine can be started here; null if one can. */
    public static @Nullable String obstacle(Kind kind) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "the user is not root";
        }
        return Stream.of(kind.program, "docker", "busybox", "tar")
                .filter(p -> !there(p))
                .findFirst()
                .map(
                        p ->
                                p
                                        + " is not installed (Debian: "
                                        + kind.debian
                                        + " docker.io busybox-static)")
                .orElse(null);
    }

    private static boolean there(String name) {
        String all = System.getenv("PATH") + ":/usr/sbin:/sbin";
        return Stream.of(all.split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, name)));
    }

    /** A Docker Engine without a bridge. */
    public static ContainerEngine start() throws IOException, InterruptedException {
        return start(Kind.DOCKER, null);
    }

    /**
     * @param bridge what containers with a network are at; null: there are none
     */
    public static ContainerEngine start(Kind kind, @Nullable Bridge bridge)
            throws IOException, InterruptedException {
        ContainerEngine engine =
                new ContainerEngine(kind, Files.createTempDirectory("pfse"), bridge);
        engine.awaitAnswer();
        importImages(engine.directory, engine.host());
        return engine;
    }

    private Process daemon() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(kind == Kind.DOCKER ? docker() : podman())
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve("log").toFile()));
        builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
        return builder.start();
    }

    /**
     * It chooses how it keeps layers: overlayfs where that works, else copies, which take longer.
     */
    private List<String> docker() {
        return List.of(
                "dockerd",
                "--data-root=" + directory.resolve("data"),
                "--exec-root=" + directory.resolve("exec"),
                "--pidfile=" + directory.resolve("pid"),
                "-H=" + host(),
                "--bridge=" + (bridge == null ? "none" : bridge.device()),
                "--iptables=false");
    }

    private List<String> podman() {
        return List.of(
                "podman",
                "--root=" + directory.resolve("data"),
                "--runroot=" + directory.resolve("exec"),
                "--storage-driver=vfs",
                "--cgroup-manager=cgroupfs",
                "system",
                "service",
                "--time=0",
                host());
    }

    /** Where containers with a network are; null: nowhere. */
    @Nullable Bridge bridge() {
        return bridge;
    }

    public String host() {
        return "unix://" + directory.resolve("sock");
    }

    public Map<String, String> environment() {
        return Map.of("DOCKER_HOST", host());
    }

    /**
     * Ends the daemon as its service manager would, and starts it again; returns when it answers.
     */
    public void restart() throws IOException, InterruptedException {
        daemon.destroy();
        daemon.waitFor(30, TimeUnit.SECONDS);
        daemon = daemon();
        awaitAnswer();
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        for (int i = 0; i < 300; i++) {
            if (run(Map.of(), "docker", "-H", host(), "version").code() == 0) {
                return;
            }
            Thread.sleep(100);
        }
        throw new IOException(
                "the engine does not answer: " + Files.readString(directory.resolve("log")));
    }

    /**
     * Gives an engine the images of the tests.
     *
     * @param directory for the files that they are made of
     * @param host of the engine, like {@code unix:///path}
     */
    public static void importImages(Path directory, String host)
            throws IOException, InterruptedException {
        Path root = directory.resolve("root");
        Path bin = Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("tmp"));
        program(root.resolve("serve"), SERVE);
        program(root.resolve("answer"), ANSWER);
        String links = "for n in " + TOOLS + "; do ln -s busybox " + bin + "/$n; done";
        require("sh", "-c", "cp \"$(command -v busybox)\" " + bin + "/busybox && " + links);
        importImage(root, host, "scripts", "/serve");
        importImage(root, host, "pfs-test", "/answer");
    }

    private static void program(Path file, String text) throws IOException {
        Files.writeString(file, text);
        file.toFile().setExecutable(true, false);
    }

    private static void importImage(Path root, String host, String name, String program)
            throws IOException, InterruptedException {
        String change =
                " --change 'ENV PATH=/bin' --change 'CMD"
                        + " [\"/bin/nc\",\"-ll\",\"-p\",\"8080\",\"-e\",\""
                        + program
                        + "\"]'";
        String client = "docker -H " + host + " import" + change + " - " + name;
        require("sh", "-c", "tar -C " + root + " -c . | " + client);
    }

    private static void require(String... command) throws IOException, InterruptedException {
        Ended ended = run(Map.of(), command);
        if (ended.code() != 0) {
            throw new IOException(String.join(" ", command) + ": " + ended.output());
        }
    }

    /** How a command ended. */
    public record Ended(int code, String output) {}

    public static Ended run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), output);
    }

    /** What the engine's client prints. */
    public String docker(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
        command.addAll(List.of(arguments));
        return run(Map.of(), command.toArray(String[]::new)).output();
    }

    /** Ids of all containers, running or not. */
    public List<String> containers() throws IOException, InterruptedException {
        return docker("ps", "-aq").lines().toList();
    }

    @Override
    public void close() throws IOException {
        daemon.destroy();
        try {
            daemon.waitFor(20, TimeUnit.SECONDS);
            daemon.destroyForcibly();
            if (bridge != null) {
                bridge.close();
            }
            // Podman leaves its stores mounted.
            String mounts = "grep -o ' " + directory + "[^ ]*' /proc/mounts | sort -r";
            run(Map.of(), "sh", "-c", mounts + " | while read -r m; do umount \"$m\"; done");
            run(Map.of(), "rm", "-rf", directory.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A bridge of this machine alone: containers at it reach the machine, and nothing beyond. */
    public record Bridge(String device, String address) implements AutoCloseable {
        /** A new one; null where none can be made. */
        public static @Nullable Bridge make() throws IOException, InterruptedException {
            long pid = ProcessHandle.current().pid();
            String device = "pfst" + pid % 10_000_000;
            String address = "10.217." + pid % 250 + ".1";
            if (run(Map.of(), ip("link", "add", device, "type", "bridge")).code() != 0) {
                return null;
            }
            Bridge bridge = new Bridge(device, address);
            if (run(Map.of(), ip("addr", "add", address + "/24", "dev", device)).code() != 0
                    || run(Map.of(), ip("link", "set", device, "up")).code() != 0) {
                bridge.close();
                return null;
            }
            return bridge;
        }

        private static String[] ip(String... words) {
            return Stream.concat(Stream.of("ip"), Stream.of(words)).toArray(String[]::new);
        }

        @Override
        public void close() throws IOException, InterruptedException {
            run(Map.of(), ip("link", "del", device));
        }
    }
}
