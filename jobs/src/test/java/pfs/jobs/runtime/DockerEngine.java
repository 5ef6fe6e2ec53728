package pfs.jobs.runtime;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Docker Engine of the test's own, with its own socket, images and networks; it ends with
 * the test. Its only image is {@code pfs-test}: busybox with an HTTP server in shell.
 */
public final class DockerEngine implements AutoCloseable {
    private final Path directory;
    private final Process daemon;

    private DockerEngine(Path directory, Process daemon) {
        this.directory = directory;
        this.daemon = daemon;
    }

    /** Why no engine can be started here; null if one can. */
    public static String obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "the user is not root";
        }
        for (String program : List.of("dockerd", "docker", "busybox", "tar")) {
            if (find(program) == null) {
                return program + " is not installed (Debian: docker.io busybox-static)";
            }
        }
        return null;
    }

    private static Path find(String program) {
        for (String part : System.getenv("PATH").split(":")) {
            Path path = Path.of(part, program);
            if (Files.isExecutable(path)) {
                return path;
            }
        }
        for (String part : List.of("/usr/sbin", "/sbin")) {
            if (Files.isExecutable(Path.of(part, program))) {
                return Path.of(part, program);
            }
        }
        return null;
    }

    public static DockerEngine start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("pfsd");
        DockerEngine engine = new DockerEngine(directory, daemon(directory));
        engine.awaitAnswer();
        engine.importImage();
        return engine;
    }

    private static Process daemon(Path directory) throws IOException {
        return new ProcessBuilder(
                        String.valueOf(find("dockerd")),
                        "--data-root=" + directory.resolve("data"),
                        "--exec-root=" + directory.resolve("exec"),
                        "--pidfile=" + directory.resolve("pid"),
                        "-H=unix://" + directory.resolve("sock"),
                        "--bridge=none",
                        "--iptables=false",
                        "--storage-driver=vfs")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    public String host() {
        return "unix://" + directory.resolve("sock");
    }

    private void awaitAnswer() throws IOException, InterruptedException {
        for (int i = 0; i < 150; i++) {
            if (docker("version") == 0) {
                return;
            }
            Thread.sleep(200);
        }
        throw new IOException(
                "dockerd does not answer: " + Files.readString(directory.resolve("log")));
    }

    private void importImage() throws IOException, InterruptedException {
        Path root = Files.createDirectories(directory.resolve("root/bin"));
        Files.copy(find("busybox"), root.resolve("busybox"));
        for (String name :
                "sh cat nc ls ip ping wget sleep head tr wc rm dd touch id mount echo grep awk kill"
                        .split(" ")) {
            Files.createSymbolicLink(root.resolve(name), Path.of("busybox"));
        }
        Files.createDirectories(root.resolveSibling("tmp"));
        Path app = root.resolveSibling("serve");
        Files.writeString(
                app,
                """
                #!/bin/sh
                read -r _ path _
                while read -r header && [ "${header%?}" ]; do
                    case $header in [Cc]ontent-[Ll]ength:*) length=$(echo "$header" | tr -cd 0-9) ;; esac
                done
                head -c "${length:-0}" > /tmp/in.$$
                sh /tmp/in.$$ > /tmp/out.$$ 2>&1
                printf 'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n' "$(wc -c < /tmp/out.$$)"
                cat /tmp/out.$$
                rm -f /tmp/in.$$ /tmp/out.$$
                """);
        app.toFile().setExecutable(true);
        List<String> tar =
                List.of(
                        "sh",
                        "-c",
                        "tar -C "
                                + directory.resolve("root")
                                + " -c . | docker -H "
                                + host()
                                + " import --change 'ENV PATH=/bin' --change 'CMD [\"/bin/nc\","
                                + " \"-ll\", \"-p\", \"8080\", \"-e\", \"/serve\"]' - pfs-test");
        if (run(tar) != 0) {
            throw new IOException("cannot import the image");
        }
    }

    /** Runs the client; its exit code. */
    public int docker(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** What the client prints. */
    public String output(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes());
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/null"))
                .start()
                .waitFor();
    }

    @Override
    public void close() throws IOException {
        daemon.destroy();
        try {
            daemon.waitFor(20, TimeUnit.SECONDS);
            run(List.of("rm", "-rf", directory.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        daemon.destroyForcibly();
    }
}
