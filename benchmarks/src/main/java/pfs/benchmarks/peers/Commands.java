package pfs.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Other programs, run to their end. Each failure carries what the program said. */
final class Commands {
    private final Path directory;
    private final Map<String, String> environment;

    Commands(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** What the program wrote; throws IllegalStateException if it did not exit with 0. */
    String run(String... command) {
        try {
            ProcessBuilder builder = builder(List.of(command));
            Process process = builder.start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            int code = process.waitFor();
            String text = new String(output, StandardCharsets.UTF_8);
            if (code != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + code + ": " + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Seconds that the program took, its start included. */
    double time(String... command) {
        long start = System.nanoTime();
        run(command);
        return (System.nanoTime() - start) / 1e9;
    }

    /** A program that goes on; its output goes to a file. */
    Process start(Path log, String... command) throws IOException {
        return builder(List.of(command)).redirectOutput(log.toFile()).start();
    }

    /** Ends a process that this program started: politely, then not. */
    static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(directory.toFile());
        builder.environment().putAll(environment);
        return builder;
    }
}
