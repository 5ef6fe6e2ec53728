package pfs.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import pfs.cli.around.HelpCommand;
import pfs.cli.around.VersionCommand;
import pfs.cli.session.Output;
import pfs.cli.session.Session;
import pfs.client.RefusedException;
import pfs.client.transfer.Failures;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** One use of the command line: from arguments to an exit code. */
final class Invocation {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private final OutputStream stdout;
    private final PrintStream err;

    Invocation(OutputStream stdout, PrintStream err) {
        this.stdout = stdout;
        this.err = err;
    }

    int run(String... arguments) {
        Output out = new Output(stdout);
        try (Session session = new Session(out)) {
            CommandLine line = Commands.parse(session, arguments);
            line.setCaseInsensitiveEnumValuesAllowed(false);
            line.setParameterExceptionHandler((e, _) -> wrongUsage(e));
            line.setExecutionExceptionHandler((e, _, _) -> failed(e, session));
            line.setExecutionStrategy(parsed -> execute(session, parsed));
            int code = line.execute(arguments);
            out.flush();
            return code;
        } catch (Output.ClosedException e) {
            return FAILED;
        } catch (IOException e) {
            err.println("pfs: standard output: " + oneLine(message(e)));
            return FAILED;
        }
    }

    private static int execute(Session session, CommandLine.ParseResult parsed) {
        try {
            if (parsed.hasSubcommand()) {
                if (parsed.subcommand().isUsageHelpRequested()) {
                    CommandLine of = parsed.subcommand().commandSpec().commandLine();
                    session.out().line(of.getUsageMessage().stripTrailing());
                    return DONE;
                }
                return new CommandLine.RunLast().execute(parsed);
            }
            if (session.version()) {
                VersionCommand.print(session);
                return DONE;
            }
            if (parsed.originalArgs().isEmpty() || parsed.isUsageHelpRequested()) {
                HelpCommand.print(session);
                return parsed.isUsageHelpRequested() ? DONE : WRONG_USAGE;
            }
        } catch (IOException e) {
            return FAILED;
        }
        throw session.usage("a command is missing");
    }

    private int wrongUsage(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unknown && isRoot(e.getCommandLine())) {
            err.println(
                    "pfs: there is no command '"
                            + unknown.getUnmatched().getFirst()
                            + "' (pfs help)");
            return WRONG_USAGE;
        }
        CommandLine of = e.getCommandLine();
        String more = isRoot(of) ? "pfs help" : "pfs help " + of.getCommandName();
        err.println("pfs: " + oneLine(String.valueOf(e.getMessage())) + " (" + more + ")");
        return WRONG_USAGE;
    }

    private static boolean isRoot(CommandLine line) {
        return line.getParent() == null;
    }

    private int failed(Exception e, Session session) {
        if (e instanceof ParameterException usage) {
            return wrongUsage(usage);
        }
        if (e instanceof Output.ClosedException) {
            return FAILED;
        }
        if (e instanceof RefusedException refused && session.json()) {
            err.print(refused.problem().toJson());
        } else if (e instanceof RefusedException refused) {
            refused.problem().members().getOrDefault("conflicts", "").lines().forEach(this::tell);
            err.println("pfs: " + oneLine(refused.problem().detail()));
        } else if (e instanceof ConnectException || e instanceof UnknownHostException) {
            err.println(
                    "pfs: no server answers at "
                            + session.client().endpoint()
                            + " (pfs serve starts one; --server names another)");
        } else if (e instanceof IOException io) {
            err.println("pfs: " + oneLine(message(io)));
        } else {
            err.println("pfs: a bug: " + e);
            e.printStackTrace(err);
        }
        return FAILED;
    }

    /** A path that both sides changed, on standard output, as a diff's lines are. */
    private void tell(String conflict) {
        try {
            stdout.write(("C\t" + conflict + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // nobody listens
        }
    }

    /** A file's trouble names the file; the server's words stand alone. */
    private static String message(IOException e) {
        if (e instanceof java.nio.file.FileSystemException file && file.getFile() != null) {
            return file.getFile() + ": " + Failures.reason(e);
        }
        return Failures.reason(e);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
