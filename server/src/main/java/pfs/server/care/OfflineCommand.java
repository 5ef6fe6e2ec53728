package pfs.server.care;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;
import pfs.jobs.JobRoots;
import pfs.object.ObjectSource;
import pfs.repo.Checked;
import pfs.repo.Collector;
import pfs.repo.FsckSettings;
import pfs.repo.Repos;
import pfs.server.sync.HttpPeer;
import pfs.sync.PeerObjects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pfs gc} and {@code pfs fsck} in a data directory that no server has open. */
public final class OfflineCommand {
    private OfflineCommand() {}

    /** The only one that knows which store it is. */
    public interface Opener {
        /**
         * @param index false: what the index knew is forgotten, and read from the packs again
         */
        Opened open(Path data, boolean index) throws IOException;

        /** Another copy of a store. */
        ObjectSource copy(Path data) throws IOException;
    }

    /** An opened store. */
    public interface Opened extends AutoCloseable {
        Repos repos();

        @Override
        void close() throws IOException;
    }

    /** True if these arguments are for a data directory, not for a server. */
    public static boolean takes(List<String> arguments) {
        return !arguments.isEmpty()
                && (arguments.getFirst().equals("gc") || arguments.getFirst().equals("fsck"));
    }

    /** Runs the command; 0 done, 1 refused, failed, or damage is left, 2 wrong usage. */
    public static int run(List<String> arguments, Opener opener, PrintStream out, PrintStream err) {
        String name = arguments.getFirst();
        Callable<Integer> command =
                name.equals("gc") ? new Gc(opener, out) : new Check(opener, out);
        CommandLine line = new CommandLine(command);
        line.setExecutionExceptionHandler(
                (e, _, _) -> {
                    err.println("pfs " + name + ": " + e.getMessage());
                    if (!(e instanceof PfsException || e instanceof IOException)) {
                        e.printStackTrace(err);
                    }
                    return 1;
                });
        line.setErr(new java.io.PrintWriter(err, true));
        return line.execute(arguments.subList(1, arguments.size()).toArray(String[]::new));
    }

    @Command(name = "gc", description = "Free the space of what nothing reaches.")
    private static final class Gc implements Callable<Integer> {
        @Option(names = "--data", required = true, paramLabel = "DIR")
        private @Nullable Path data;

        @Option(names = "--trash", paramLabel = "SECONDS")
        private long trash;

        private final Opener opener;
        private final PrintStream out;

        Gc(Opener opener, PrintStream out) {
            this.opener = opener;
            this.out = out;
        }

        @Override
        public Integer call() throws IOException {
            try (Opened store = opener.open(java.util.Objects.requireNonNull(data), true)) {
                Repos repos = store.repos();
                repos.collector().keep(new JobRoots(repos.meta()));
                Collector.Settings usual = Collector.Settings.usual();
                out.print(
                        CollectedText.of(
                                repos.collector()
                                        .collect(usual.withTrash(Duration.ofSeconds(trash)))));
                return 0;
            }
        }
    }

    @Command(name = "fsck", description = "Check all that is stored, and mend it with --repair.")
    private static final class Check implements Callable<Integer> {
        private static final int MOST = 10_000;

        @Option(names = "--data", required = true, paramLabel = "DIR")
        private @Nullable Path data;

        @Option(names = "--repair", description = "Mend what can be mended.")
        private boolean repair;

        @Option(
                names = "--from",
                paramLabel = "DIR|URL",
                description = "Another copy to mend from: a data directory, or a server.")
        private @Nullable String from;

        @Option(names = "--index", description = "First make the index again from the packs.")
        private boolean index;

        private final Opener opener;
        private final PrintStream out;

        Check(Opener opener, PrintStream out) {
            this.opener = opener;
            this.out = out;
        }

        private ObjectSource source(@Nullable String named) throws IOException {
            if (named == null) {
                return ObjectSource.NONE;
            }
            if (!named.contains("://")) {
                return opener.copy(Path.of(named));
            }
            HttpPeer.Address address = HttpPeer.Address.parse(named, Repos.DEFAULT_REPO);
            return new PeerObjects(new HttpPeer(address, System.getenv("PFS_REMOTE_TOKEN")));
        }

        @Override
        public Integer call() throws IOException {
            try (ObjectSource copy = source(from);
                    Opened store = opener.open(java.util.Objects.requireNonNull(data), !index)) {
                Checked checked =
                        store.repos()
                                .collector()
                                .check(new FsckSettings(repair || from != null, MOST), copy);
                out.print(CheckedText.of(checked));
                return checked.whole() ? 0 : 1;
            }
        }
    }
}
