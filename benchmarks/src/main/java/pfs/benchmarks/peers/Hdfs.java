package pfs.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * HDFS's minicluster in a process of its own, one data node, which does what it is told a line at a
 * time: see benchmarks/hdfs.
 */
final class Hdfs implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Writer orders;

    private Hdfs(Process process) {
        this.process = process;
        this.answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    static Hdfs start(Commands commands, Path home, Path directory) throws IOException {
        Path project = home.resolve("benchmarks/hdfs");
        commands.run(
                "mvn",
                "-q",
                "-B",
                "-f",
                project.toString(),
                "package",
                "dependency:copy-dependencies");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx1g",
                                "-cp",
                                project.resolve("target/classes")
                                        + ":"
                                        + project.resolve("target/dependency/*"),
                                "pfs.benchmarks.hdfs.MiniHdfs",
                                directory.toString())
                        .redirectError(directory.resolve("log").toFile())
                        .start();
        Hdfs hdfs = new Hdfs(process);
        hdfs.await();
        return hdfs;
    }

    /** Does it and answers the seconds that it took. */
    double seconds(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
        return await();
    }

    private double await() throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith("done ")) {
                return Double.parseDouble(line.substring(5));
            }
            if (line.startsWith("failed ")) {
                throw new IOException("hdfs " + line);
            }
        }
        throw new IOException("hdfs ended");
    }

    @Override
    public void close() {
        Commands.stop(process);
    }
}
