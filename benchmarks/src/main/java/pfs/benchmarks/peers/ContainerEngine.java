package pfs.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A Docker Engine of the benchmark's own, without a bridge, with one image: a Java with the
 * programs of benchmarks/mapreduce. Needs root.
 */
final class ContainerEngine implements AutoCloseable {
    static final String IMAGE = "pfs-bench";

    private final Process daemon;
    private final String host;

    private ContainerEngine(Process daemon, String host) {
        this.daemon = daemon;
        this.host = host;
    }

    static ContainerEngine start(Commands commands, Path home, Path directory, Path programs)
            throws IOException {
        String host = "unix://" + directory.resolve("sock");
        Process daemon =
                commands.start(
                        directory.resolve("dockerd.log"),
                        "dockerd",
                        "--data-root=" + directory.resolve("docker"),
                        "--exec-root=" + directory.resolve("exec"),
                        "--pidfile=" + directory.resolve("pid"),
                        "-H=" + host,
                        "--bridge=none",
                        "--iptables=false",
                        "--storage-driver=vfs");
        ContainerEngine engine = new ContainerEngine(daemon, host);
        try {
            engine.makeImage(commands, home, directory, programs);
            return engine;
        } catch (IOException | RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private void makeImage(Commands commands, Path home, Path directory, Path programs)
            throws IOException {
        commands.run(
                "sh",
                "-c",
                "i=0; until docker -H "
                        + host
                        + " version; do i=$((i+1)); [ $i -lt 100 ] ||"
                        + " exit 1; sleep 0.2; done");
        Path context = Files.createDirectories(directory.resolve("image"));
        commands.run("cp", "-r", programs.toString(), context.resolve("app").toString());
        String base =
                commands.run(
                                "env",
                                "DOCKER_HOST=" + host,
                                home.resolve("examples/local-base").toString(),
                                "java")
                        .strip();
        Files.writeString(context.resolve("Dockerfile"), "FROM " + base + "\nCOPY app /app\n");
        commands.run(
                "env",
                "DOCKER_HOST=" + host,
                "DOCKER_BUILDKIT=0",
                "docker",
                "build",
                "-t",
                IMAGE,
                context.toString());
    }

    /** What a server needs to find it. */
    Map<String, String> environment() {
        return Map.of("DOCKER_HOST", host);
    }

    /** What is started in a container. */
    static List<String> command(String job) {
        return List.of(
                "/java/bin/java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=4",
                "-cp",
                "/app",
                "pfs.benchmarks.mapreduce.JobServer",
                job);
    }

    @Override
    public void close() {
        Commands.stop(daemon);
    }
}
