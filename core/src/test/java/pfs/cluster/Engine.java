package pfs.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A real engine on this machine, started by {@code bin/cluster} in a directory, and stopped by it.
 * A test whose engine is not installed is skipped, with what is missing as the reason.
 */
public final class Engine implements AutoCloseable {
    private static final Map<String, Engine> SHARED = new HashMap<>();

    private final Path directory;
    private final String name;

    private Engine(Path directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /** Starts an engine: etcd, etcd=1, postgresql or ceph. */
    public static Engine start(Path directory, String engine) throws Exception {
        return start(directory, engine, Map.of());
    }

    /**
     * The same.
     *
     * @param environment variables that {@code bin/cluster} reads
     */
    public static Engine start(Path directory, String engine, Map<String, String> environment)
            throws Exception {
        Result missing = run(Map.of(), "missing", engine);
        assumeTrue(missing.status() == 0, missing.output());
        Result started = run(environment, "start", directory.toString(), engine);
        if (started.status() != 0) {
            throw new IOException(started.output());
        }
        return new Engine(directory, engine.split("=", 2)[0]);
    }

    /**
     * An engine for tests that only use it, each in a part of its own: one that {@code bin/test}
     * has started for all of them, in the directory that {@code PFS_ENGINES} names, or else one
     * that this process starts when it is first asked for, and stops at its end. Not to be closed.
     */
    public static Engine shared(String engine) throws Exception {
        synchronized (SHARED) {
            Engine known = SHARED.get(engine);
            if (known != null) {
                return known;
            }
            Optional<Engine> running = running(engine);
            Engine found = running.isPresent() ? running.get() : own(engine);
            SHARED.put(engine, found);
            return found;
        }
    }

    private static Optional<Engine> running(String engine) {
        String directory = System.getenv("PFS_ENGINES");
        return Optional.ofNullable(directory)
                .map(Path::of)
                .filter(at -> Files.exists(at.resolve(engine).resolve("uri")))
                .map(at -> new Engine(at, engine));
    }

    private static Engine own(String engine) throws Exception {
        Path directory = Files.createTempDirectory("pfs-engines");
        Engine started = start(directory, engine);
        Thread stop =
                new Thread(
                        () -> {
                            try {
                                started.close();
                                new ProcessBuilder("rm", "-rf", directory.toString())
                                        .start()
                                        .waitFor();
                            } catch (Exception e) {
                                System.err.println(engine + " is left in " + directory + ": " + e);
                            }
                        },
                        "stop " + engine);
        Runtime.getRuntime().addShutdownHook(stop);
        return started;
    }

    private record Result(int status, String output) {}

    private static Result run(Map<String, String> environment, String... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(root().resolve("bin/cluster").toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("pfs-cluster", ".log");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            return new Result(process.waitFor(), Files.readString(output).strip());
        } finally {
            Files.delete(output);
        }
    }

    private static Path root() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("bin/cluster"))) {
            root = root.getParent();
            if (root == null) {
                throw new IllegalStateException("the tests run outside of the project");
            }
        }
        return root;
    }

    /** What pfs takes as {@code --meta} or {@code --store}. */
    public String uri() throws IOException {
        return file("uri").strip();
    }

    /** The text of a file in the engine's directory. */
    public String file(String file) throws IOException {
        return Files.readString(directory.resolve(name).resolve(file));
    }

    /** Kills one of its processes (kill -9), and waits until it is gone. */
    public void kill(String process) throws Exception {
        end(process, "-KILL");
    }

    /** Ends a process by a signal, and waits until it is gone. */
    public void end(String process, String signal) throws Exception {
        ProcessHandle handle = handle(process);
        signal(signal, process);
        while (ProcessHandle.of(handle.pid()).isPresent() && !ended(handle.pid())) {
            Thread.sleep(5);
        }
    }

    /** True for a process that ended and has only its number left, since nobody waited for it. */
    private static boolean ended(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return true;
        }
    }

    /** Stops a process where it stands (SIGSTOP). */
    public void freeze(String process) throws Exception {
        signal("-STOP", process);
    }

    /** Lets a frozen process go on. */
    public void thaw(String process) throws Exception {
        signal("-CONT", process);
    }

    private void signal(String signal, String process) throws Exception {
        String pid = Long.toString(handle(process).pid());
        new ProcessBuilder("kill", signal, pid).inheritIO().start().waitFor();
    }

    private ProcessHandle handle(String process) throws IOException {
        long pid = Long.parseLong(file(process + ".pid").strip());
        return ProcessHandle.of(pid).orElseThrow();
    }

    /** Starts a killed process again. */
    public void restart(String process) throws Exception {
        Path script = directory.resolve(name).resolve("restart-" + process);
        new ProcessBuilder(script.toString()).inheritIO().start().waitFor();
    }

    /** The variables that a file of {@code export NAME=VALUE …} sets. */
    public Map<String, String> variables(String file) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        for (String word : file(file).strip().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                variables.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return variables;
    }

    @Override
    public void close() throws Exception {
        Result stopped = run(Map.of(), "stop", directory.toString(), name);
        if (stopped.status() != 0) {
            throw new IOException(stopped.output());
        }
    }
}
