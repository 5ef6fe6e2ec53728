package pfs.server.start;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.error.PfsException;
import pfs.repo.Arrivals;
import pfs.repo.Remotes;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.sync.HttpPeer;
import pfs.sync.Pull;
import pfs.sync.Push;
import pfs.sync.SyncReport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pfs clone}, and {@code pfs push} and {@code pull} with a directory: what a program does
 * that opens a data directory itself, which no server may have open.
 */
@Command(sortOptions = false, usageHelpAutoWidth = true)
public final class DirectoryCommand implements Callable<Integer> {
    /** Marks a directory whose clone has not ended; holds the URL. */
    private static final String UNFINISHED = "clone";

    @Parameters(index = "0", paramLabel = "FROM", description = "clone: URL; else the directory")
    private String first = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "WHAT",
            description = "clone: the new directory; else one branch (all)")
    private @Nullable String second;

    @Option(names = "--server", paramLabel = "URL", description = "the server of push and pull")
    private @Nullable String server;

    @Option(names = "--repo", paramLabel = "NAME", description = "one repo (clone: all)")
    private @Nullable String repo;

    @Option(
            names = {"-f", "--force"},
            description = "move branches also where commits are left behind")
    private boolean force;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    private final String verb;
    private final ServeCommand.Opener opener;
    private final Map<String, String> environment;
    private final PrintStream out;

    private DirectoryCommand(
            String verb,
            ServeCommand.Opener opener,
            Map<String, String> environment,
            PrintStream out) {
        this.verb = verb;
        this.opener = opener;
        this.environment = environment;
        this.out = out;
    }

    /** Runs the command; the exit code is 0, 1 (refused or failed) or 2 (wrong usage). */
    public static int run(
            List<String> arguments,
            Map<String, String> environment,
            ServeCommand.Opener opener,
            PrintStream out,
            PrintStream err) {
        String verb = arguments.getFirst();
        CommandLine line = new CommandLine(new DirectoryCommand(verb, opener, environment, out));
        line.setCommandName("pfs " + verb);
        line.setOut(new java.io.PrintWriter(out, true));
        line.setParameterExceptionHandler(
                (e, _) -> {
                    err.println("pfs " + verb + ": " + e.getMessage());
                    return 2;
                });
        line.setExecutionExceptionHandler(
                (e, _, _) -> {
                    err.println("pfs " + verb + ": " + e.getMessage());
                    if (!(e instanceof IOException || e instanceof PfsException)) {
                        e.printStackTrace(err);
                    }
                    return 1;
                });
        List<String> rest = arguments.subList(1, arguments.size());
        return line.execute(rest.toArray(String[]::new));
    }

    @Override
    public Integer call() throws IOException {
        return verb.equals("clone") ? makeClone() : transfer();
    }

    private @Nullable String token(String... names) {
        for (String name : names) {
            String value = environment.get(name);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return null;
    }

    // ---- clone

    private int makeClone() throws IOException {
        String url = first;
        Path directory = Path.of(second == null ? lastName(url) : second);
        HttpPeer.Address address = HttpPeer.Address.parse(url, Repos.DEFAULT_REPO);
        boolean one = repo != null || url.contains("/repos/");
        String wanted = repo == null ? address.repo() : repo;
        @Nullable String token = token("PFS_REMOTE_TOKEN", "PFS_TOKEN");
        begin(directory, url);
        ServeCommand.Store store = opener.open(directory);
        try {
            for (String name : one ? List.of(wanted) : reposOf(address, token)) {
                store.repos().create(name);
                Repo into = store.repos().find(name).orElseThrow();
                String from = address.server();
                into.remotes().put(new Remotes.Remote("origin", from, token));
                HttpPeer.Address source = address.in(name);
                try (HttpPeer peer = new HttpPeer(source, token)) {
                    Pull pull = new Pull(store.repos(), into, peer);
                    tell(name, pull.run(null, "", Arrivals.Mode.FAST_FORWARD));
                }
            }
        } finally {
            store.close();
        }
        Files.delete(directory.resolve(UNFINISHED));
        return 0;
    }

    private static String lastName(String url) {
        String bare = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return bare.substring(bare.lastIndexOf('/') + 1).replace(':', '-');
    }

    /** Makes the directory, or goes on with one whose clone was cut off. */
    private static void begin(Path directory, String url) throws IOException {
        Path unfinished = directory.resolve(UNFINISHED);
        Files.createDirectories(directory);
        boolean resumed = Files.exists(unfinished) && Files.readString(unfinished).equals(url);
        if (!resumed) {
            try (DirectoryStream<Path> there = Files.newDirectoryStream(directory)) {
                if (there.iterator().hasNext()) {
                    throw new IOException(directory + " is there already and not empty");
                }
            }
            Files.writeString(unfinished, url);
        }
    }

    private static List<String> reposOf(HttpPeer.Address address, @Nullable String token)
            throws IOException {
        try (HttpPeer peer = new HttpPeer(address, token)) {
            return peer.repos();
        }
    }

    // ---- push and pull

    private int transfer() throws IOException {
        Path directory = Path.of(first.startsWith("file:") ? first.substring(5) : first);
        String url = server != null ? server : environment.getOrDefault("PFS_SERVER", "");
        String name = repo != null ? repo : environment.getOrDefault("PFS_REPO", "");
        String named = name.isEmpty() ? Repos.DEFAULT_REPO : name;
        HttpPeer.Address address =
                HttpPeer.Address.parse(url.isEmpty() ? Defaults.SERVER : url, named);
        Arrivals.Mode mode = force ? Arrivals.Mode.FORCE : Arrivals.Mode.FAST_FORWARD;
        Files.createDirectories(directory);
        ServeCommand.Store store = opener.open(directory);
        try (HttpPeer peer = new HttpPeer(address, token("PFS_TOKEN"))) {
            store.repos().create(named);
            Repo into = store.repos().find(named).orElseThrow();
            // To push to a directory is to have it pull from the server, and the other way round.
            tell(
                    named,
                    verb.equals("push")
                            ? new Pull(store.repos(), into, peer).run(second, "", mode)
                            : new Push(store.repos(), into, peer).run(second, mode));
        } finally {
            store.close();
        }
        return 0;
    }

    private void tell(String name, SyncReport report) {
        report.refs()
                .forEach(
                        moved ->
                                out.print(
                                        moved.what().name().toLowerCase(Locale.ROOT)
                                                + "\t"
                                                + moved.ref().line()));
        out.printf("%s: %d objects, %d bytes%n", name, report.objects(), report.bytes());
    }
}
