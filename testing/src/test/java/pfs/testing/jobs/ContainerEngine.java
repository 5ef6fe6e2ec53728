package pfs.testing.jobs;

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
 * A real Docker Engine of the test's own, with its own socket, images and no bridge. It can be
 * restarted. Its image {@code scripts} answers a POST with what the POSTed shell script prints, and
 * with nothing when the script fails.
 */
final class ContainerEngine implements AutoCloseable {
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

    private final Path directory;
    private Process daemon;

    private ContainerEngine(Path directory) throws IOException {
        this.directory = directory;
        this.daemon = daemon(directory);
    }

    /** Why no engine can be started here; null if one can. */
    static @Nullable String obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "the user is not root";
        }
        return Stream.of("dockerd", "docker", "busybox", "tar")
                .filter(p -> !Programs.there(p))
                .findFirst()
                .map(p -> p + " is not installed (Debian: docker.io busybox-static)")
                .orElse(null);
    }

    static ContainerEngine start() throws IOException, InterruptedException {
        ContainerEngine engine = new ContainerEngine(Files.createTempDirectory("pfse"));
        engine.awaitAnswer();
        engine.importScripts();
        return engine;
    }

    private static Process daemon(Path directory) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "dockerd",
                                "--data-root=" + directory.resolve("data"),
                                "--exec-root=" + directory.resolve("exec"),
                                "--pidfile=" + directory.resolve("pid"),
                                "-H=unix://" + directory.resolve("sock"),
                                "--bridge=none",
                                "--iptables=false",
                                "--storage-driver=vfs")
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve("log").toFile()));
        builder.environment().merge("PATH", ":/usr/sbin:/sbin", String::concat);
        return builder.start();
    }

    String host() {
        return "unix://" + directory.resolve("sock");
    }

    Map<String, String> environment() {
        return Map.of("DOCKER_HOST", host());
    }

    /**
     * Ends the daemon as its service manager would, and starts it again; returns when it answers.
     */
    void restart() throws IOException, InterruptedException {
        daemon.destroy();
        daemon.waitFor(30, TimeUnit.SECONDS);
        daemon = daemon(directory);
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
                "dockerd does not answer: " + Files.readString(directory.resolve("log")));
    }

    private void importScripts() throws IOException, InterruptedException {
        Path bin = Files.createDirectories(directory.resolve("root/bin"));
        Files.createDirectories(directory.resolve("root/tmp"));
        Path serve = directory.resolve("root/serve");
        Files.writeString(serve, SERVE);
        serve.toFile().setExecutable(true);
        String links = "for n in " + TOOLS + "; do ln -s busybox " + bin + "/$n; done";
        String copy = "cp \"$(command -v busybox)\" " + bin + "/busybox && " + links;
        String change =
                " --change 'ENV PATH=/bin' --change 'CMD"
                        + " [\"/bin/nc\",\"-ll\",\"-p\",\"8080\",\"-e\",\"/serve\"]'";
        String tar =
                "tar -C "
                        + directory.resolve("root")
                        + " -c . | docker -H "
                        + host()
                        + " import"
                        + change
                        + " - scripts";
        Ended ended = run(Map.of(), "sh", "-c", copy + " && " + tar);
        if (ended.code() != 0) {
            throw new IOException("cannot import the image: " + ended.output());
        }
    }

    /** How a command ended. */
    record Ended(int code, String output) {}

    static Ended run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), output);
    }

    /** What the engine's client prints. */
    String docker(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
        command.addAll(List.of(arguments));
        return run(Map.of(), command.toArray(String[]::new)).output();
    }

    /** Ids of all containers, running or not. */
    List<String> containers() throws IOException, InterruptedException {
        return docker("ps", "-aq").lines().toList();
    }

    @Override
    public void close() throws IOException {
        daemon.destroy();
        try {
            daemon.waitFor(20, TimeUnit.SECONDS);
            run(Map.of(), "rm", "-rf", directory.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        daemon.destroyForcibly();
    }
}
