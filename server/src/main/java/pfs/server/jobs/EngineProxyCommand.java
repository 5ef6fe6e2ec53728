package pfs.server.jobs;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.docker.EngineProxy;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pfs engine-proxy}: lets a server in a container start the containers of its jobs. */
@Command(
        name = "pfs engine-proxy",
        description =
                "Lets pfs's own calls through to a container engine, and nothing else: confined"
                        + " containers, their logs, their port, their end.",
        sortOptions = false,
        usageHelpAutoWidth = true)
public final class EngineProxyCommand implements Callable<Integer> {
    @Option(
            names = "--listen",
            required = true,
            paramLabel = "SOCKET",
            description = "the socket to make, in a directory that only servers have")
    private @Nullable Path listen;

    @Option(
            names = "--engine",
            paramLabel = "SOCKET",
            description = "the engine's socket (/var/run/docker.sock)")
    private Path engine = Path.of("/var/run/docker.sock");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    private final PrintStream out;

    private EngineProxyCommand(PrintStream out) {
        this.out = out;
    }

    /** Runs the command until it is killed; 1 if it cannot, 2 for wrong usage. */
    public static int run(List<String> arguments, PrintStream out, PrintStream err) {
        CommandLine line = new CommandLine(new EngineProxyCommand(out));
        line.setErr(new java.io.PrintWriter(err, true));
        line.setExecutionExceptionHandler(
                (e, _, _) -> {
                    err.println("pfs engine-proxy: " + e.getMessage());
                    return 1;
                });
        return line.execute(arguments.toArray(String[]::new));
    }

    @Override
    public Integer call() throws Exception {
        try (EngineProxy _ = EngineProxy.start(java.util.Objects.requireNonNull(listen), engine)) {
            out.println("pfs engine-proxy at " + listen + " for " + engine);
            out.flush();
            Thread.currentThread().join();
        }
        return 0;
    }
}
