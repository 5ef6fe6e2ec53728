package pfs.jobs.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.object.ObjectId;

/**
 * Runs local programs as workers. It isolates nothing: a program can do what the server's user can.
 *
 * <p>No program outlives the server, however that ends: each runs in a session of its own beside a
 * watcher that reads a pipe from the server, and kills the whole process group when the pipe ends.
 */
public final class ProcessRuntime implements Runtime {
    /**
     * $0 is the shell, $@ the program. The watcher has the pipe as its stdin; the program has none.
     * $$ is the group, since setsid made this shell its leader.
     */
    private static final String SUPERVISOR =
            "exec 3<&0; \"$@\" 3<&- </dev/null & c=$!;"
                    + " (cat <&3 >/dev/null 2>&1; kill -KILL -$$) >/dev/null 2>&1 &"
                    + " exec 3<&-; wait $c; exit $?";

    private static final List<String> KEPT_ENVIRONMENT =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "JAVA_HOME", "TZ");

    private final Path temporary;
    private final String session = "p" + ProcessHandle.current().pid() + "-";
    private final AtomicLong count = new AtomicLong();
    private final Set<ProcessWorker> workers = ConcurrentHashMap.newKeySet();

    /**
     * @param temporary a directory of this runtime's own; workers' temporary files go below it
     */
    public ProcessRuntime(Path temporary) {
        this.temporary = temporary;
    }

    @Override
    public String kind() {
        return "process";
    }

    @Override
    public Program resolve(JobSpec spec) {
        if (spec.command().isEmpty()) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "field 'command' is missing: the process runtime starts local programs, not"
                            + " the image '"
                            + spec.image()
                            + "'",
                    "command");
        }
        MessageDigest sha = ObjectId.sha256();
        String program = spec.command().getFirst();
        Path executable = findExecutable(program);
        if (executable == null) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the program '" + program + "' of field 'command' is not there",
                    "command");
        }
        hash(sha, executable);
        for (String word : spec.command().subList(1, spec.command().size())) {
            for (String piece : word.split("[:=]", -1)) {
                Path file = fileOrNull(piece);
                if (file != null) {
                    hash(sha, file);
                }
            }
        }
        String platform =
                (System.getProperty("os.name") + "/" + System.getProperty("os.arch"))
                        .toLowerCase(Locale.ROOT);
        return new Program("files:" + HexFormat.of().formatHex(sha.digest()), platform, spec);
    }

    private static @Nullable Path findExecutable(String program) {
        if (program.contains("/")) {
            Path path = fileOrNull(program);
            return path != null && Files.isExecutable(path) ? path : null;
        }
        String path = System.getenv("PATH");
        for (String directory : (path == null ? "/usr/bin:/bin" : path).split(":")) {
            Path candidate = Path.of(directory, program);
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    private static @Nullable Path fileOrNull(String text) {
        if (text.isEmpty() || text.length() > 4096 || text.indexOf(0) >= 0) {
            return null;
        }
        Path path = Path.of(text);
        return Files.isRegularFile(path) ? path : null;
    }

    private static void hash(MessageDigest sha, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[64 << 10];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
            sha.update((byte) 0);
        } catch (IOException e) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "cannot read the program " + file + ": " + e, null, e);
        }
    }

    @Override
    public Worker start(Program program, LogSink log) {
        String name = session + count.incrementAndGet();
        Path own = temporary.resolve(name);
        try {
            Files.createDirectories(own);
            int port = freePort();
            List<String> command =
                    new ArrayList<>(List.of("setsid", "/bin/sh", "-c", SUPERVISOR, "/bin/sh"));
            command.addAll(program.spec().command());
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            environment(builder.environment(), program, own, port);
            ProcessWorker worker =
                    new ProcessWorker(name, builder.start(), port, own, log, workers::remove);
            workers.add(worker);
            return worker;
        } catch (IOException e) {
            delete(own);
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "cannot start " + program.spec().command() + ": " + e.getMessage(),
                    null,
                    e);
        }
    }

    private static void environment(
            Map<String, String> env, Program program, Path temporary, int port) {
        env.keySet().retainAll(KEPT_ENVIRONMENT);
        env.putAll(program.env());
        env.put("TMPDIR", temporary.toString());
        env.put("PORT", Integer.toString(port));
        env.put("HOST", "127.0.0.1");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** The watchers ended the programs already; what is left is their files. */
    @Override
    public void sweep() {
        if (!Files.isDirectory(temporary)) {
            return;
        }
        try (Stream<Path> left = Files.list(temporary)) {
            left.filter(p -> !p.getFileName().toString().startsWith(session))
                    .forEach(ProcessRuntime::delete);
        } catch (IOException e) {
            throw new PfsException(
                    ErrorCode.STOPPED, "cannot clear " + temporary + ": " + e, null, e);
        }
    }

    static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> below = Files.walk(path)) {
            for (Path p : below.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            System.getLogger(ProcessRuntime.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot delete " + path + ": " + e);
        }
    }

    @Override
    public void close() {
        for (ProcessWorker worker : List.copyOf(workers)) {
            worker.close();
        }
        delete(temporary);
    }
}
