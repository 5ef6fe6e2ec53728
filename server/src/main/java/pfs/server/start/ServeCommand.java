package pfs.server.start;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.error.PfsException;
import pfs.jobs.Jobs;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.spread.SpreadRuntime;
import pfs.meta.MetaStore;
import pfs.object.ObjectId;
import pfs.repo.Repos;
import pfs.repo.Scrub;
import pfs.server.auth.Token;
import pfs.server.auth.TokenFile;
import pfs.server.care.ScrubRoutes;
import pfs.server.files.FileRoutes;
import pfs.server.http.Limits;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.jobs.JobRoutes;
import pfs.server.jobs.JobsStart;
import pfs.server.jobs.RunRoutes;
import pfs.server.sync.Cluster;
import pfs.server.view.Views;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pfs serve}: reads the flags, opens the store, serves until it is told to stop. */
@Command(
        name = "pfs serve",
        description = "Serves a data directory by HTTP.",
        sortOptions = false,
        usageHelpAutoWidth = true,
        footer = {
            "",
            "Every flag is also PFS_… in the environment (--tls-cert: PFS_TLS_CERT), and a line"
                    + " 'name = value' in the --config file. A token comes from PFS_TOKEN, or token"
                    + " in the file."
        })
public final class ServeCommand implements Callable<Integer> {
    /** Opens a data directory; only the program's entry knows with what. */
    public interface Opener {
        Store open(Path data) throws IOException;

        /** Serves a store that other servers have too. */
        default Running serve(Shared shared, Settings settings, Runtime runtime, Contents contents)
                throws IOException {
            throw new IllegalArgumentException("there is no --meta " + shared.meta());
        }

        /** What the servers of a cluster share for their elections; needs not answer yet. */
        default MetaStore coordinator(String uri) {
            throw new IllegalArgumentException("there is no --coordinator " + uri);
        }
    }

    /** An open store. */
    public interface Store {
        Repos repos();

        void close() throws IOException;
    }

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "where to listen (localhost:7370)")
    private String listen = "localhost:" + Defaults.PORT;

    @Option(names = "--data", paramLabel = "DIR", description = "the data directory")
    private @Nullable Path data;

    @CommandLine.Mixin private final SharedOptions shared = new SharedOptions();

    @Option(
            names = "--runtime",
            paramLabel = "KIND",
            description = "where jobs run: auto, docker, kubernetes, process (auto)")
    private String runtime = "auto";

    @Option(names = "--allow-process", description = "let --runtime process listen beyond loopback")
    private boolean allowProcess;

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "certificate and chain, PEM")
    private @Nullable Path tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "its key, PEM (PKCS #8)")
    private @Nullable Path tlsKey;

    @Option(
            names = "--auth",
            paramLabel = "FILE",
            description = "tokens: a line each, NAME sha256:HEX RIGHTS")
    private @Nullable Path auth;

    @Option(names = "--insecure", description = "listen beyond loopback without a token")
    private boolean insecure;

    @CommandLine.Mixin private final ReplicaOptions replica = new ReplicaOptions();

    @CommandLine.Mixin private final ScrubOptions scrub = new ScrubOptions();

    @Option(names = "--config", paramLabel = "FILE", description = "these settings as a file")
    private @Nullable Path config;

    @Option(names = "--log-requests", description = "log a line a request")
    private boolean logRequests;

    @Option(names = "--log-format", paramLabel = "FORM", description = "text or json (text)")
    private String logFormat = "text";

    @Option(names = "--max-connections", paramLabel = "N", description = "open at once (10000)")
    private int maxConnections = Limits.USUAL.connections();

    @Option(names = "--max-requests", paramLabel = "N", description = "answered at once (10000)")
    private int maxRequests = Limits.USUAL.requests();

    @Option(names = "--max-uploads", paramLabel = "N", description = "large bodies at once (64)")
    private int maxUploads = Limits.USUAL.uploads();

    @Option(names = "--max-body", paramLabel = "BYTES", description = "of one body (any)")
    private long maxBody = Limits.USUAL.bodyBytes();

    @Option(names = "--idle-timeout", paramLabel = "SECONDS", description = "without a byte (30)")
    private long idleTimeout = Limits.USUAL.idleMillis() / 1000;

    @Option(
            names = "--min-rate",
            paramLabel = "BYTES",
            description = "least bytes a second of a body (256)")
    private long minRate = Limits.USUAL.rate();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    private final Opener opener;
    private final Map<String, String> environment;
    private final PrintStream out;
    private @Nullable SettingSources sources;

    private ServeCommand(Opener opener, Map<String, String> environment, PrintStream out) {
        this.opener = opener;
        this.environment = environment;
        this.out = out;
    }

    /** Runs the command; the exit code is 0, 1 (refused or failed) or 2 (wrong usage). */
    public static int run(
            List<String> arguments,
            Map<String, String> environment,
            Opener opener,
            PrintStream out,
            PrintStream err) {
        ServeCommand command = new ServeCommand(opener, environment, out);
        CommandLine line = new CommandLine(command);
        line.setUsageHelpLongOptionsMaxWidth(30);
        try {
            SettingSources sources = SettingSources.of(arguments, environment);
            sources.verify(names(line));
            command.sources = sources;
            line.setDefaultValueProvider(sources);
        } catch (IllegalArgumentException e) {
            err.println("pfs serve: " + e.getMessage());
            return 2;
        }
        line.setParameterExceptionHandler(
                (e, _) -> {
                    err.println(
                            "pfs serve: " + firstLine(e.getMessage()) + "; see pfs serve --help");
                    return 2;
                });
        line.setExecutionExceptionHandler(
                (e, _, _) -> {
                    err.println("pfs serve: " + reason(e));
                    if (!expected(e)) {
                        e.printStackTrace(err);
                    }
                    return 1;
                });
        return line.execute(arguments.toArray(String[]::new));
    }

    private static Set<String> names(CommandLine line) {
        Set<String> names = new TreeSet<>(Set.of("token"));
        line.getCommandSpec().options().forEach(o -> names.add(o.longestName().substring(2)));
        names.removeAll(Set.of("help", "config"));
        return names;
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("");
    }

    private static boolean expected(Exception e) {
        return e instanceof PfsException
                || e instanceof IOException
                || e instanceof IllegalArgumentException;
    }

    private static String reason(Exception e) {
        String message = firstLine(e.getMessage());
        boolean bare = message.isEmpty() || e instanceof java.nio.file.FileSystemException;
        return bare ? e.getClass().getSimpleName() + " " + message : message;
    }

    @Override
    public Integer call() throws Exception {
        System.setProperty("pfs.log.format", logFormat);
        Settings settings = settings();
        Scrub.Settings scrubbing = scrub.settings();
        @Nullable Shared others =
                shared.shared(replica.advertised(), sources == null ? null : sources.find("token"));
        Files.createDirectories(settings.data());
        if (others == null) {
            serveAlone(settings, scrubbing);
        } else {
            serveAmongOthers(others, settings, scrubbing);
        }
        Thread.currentThread().join();
        return 0;
    }

    private void serveAmongOthers(Shared others, Settings settings, Scrub.Settings scrubbing)
            throws IOException {
        if (replica.any()) {
            throw new IllegalArgumentException(
                    "--replicas, --replica-of and --coordinator are for servers with stores of"
                            + " their own; those with one --meta and one --store need none");
        }
        Runtime local = JobsStart.runtime(runtime, settings.data(), environment);
        Running running =
                opener.serve(
                        others,
                        settings,
                        local,
                        (repos, servers) ->
                                opened(
                                        repos,
                                        settings,
                                        scrubbing,
                                        new SpreadRuntime(local, servers)));
        Shutdown.of(running).register();
        say(running.url(), settings);
    }

    private Opened opened(
            Repos repos, Settings settings, Scrub.Settings scrubbing, SpreadRuntime spread) {
        Jobs jobs = JobsStart.open(repos, settings.data(), spread, spread::servers);
        Additions additions = additions(repos, jobs, Cluster.Plan.NONE, scrubbing);
        return new Opened() {
            @Override
            public Additions additions() {
                return additions;
            }

            @Override
            public void close() {
                jobs.close();
            }
        };
    }

    private void say(String url, Settings settings) {
        out.println("pfs serves " + url + "  data " + settings.data());
        out.flush();
    }

    private void serveAlone(Settings settings, Scrub.Settings scrubbing) throws IOException {
        Cluster.Plan plan =
                replica.plan(sources == null ? null : sources.find("token"), opener::coordinator);
        Store opened = opener.open(settings.data());
        Runtime local = JobsStart.runtime(runtime, settings.data(), environment);
        Jobs jobs = JobsStart.open(opened.repos(), settings.data(), local, () -> 1);
        HttpServer server;
        try {
            server =
                    HttpServer.start(
                            opened.repos(),
                            settings,
                            InstantSource.system(),
                            additions(opened.repos(), jobs, plan, scrubbing));
        } catch (IOException | RuntimeException e) {
            jobs.close();
            opened.close();
            throw e;
        }
        Shutdown.of(server, jobs, opened).register();
        say(server.url(), settings);
    }

    private Additions additions(
            Repos repos, Jobs jobs, Cluster.Plan plan, Scrub.Settings scrubbing) {
        Scrub checks = repos.scrub(scrubbing);
        Views views = new Views(repos);
        Right keepJobs = runtime.equals("process") ? Right.ADMIN : Right.WRITE;
        List<Route> more = new ArrayList<>(RunRoutes.of(jobs));
        more.addAll(JobRoutes.of(jobs, views, FileRoutes.reading(views, repos), keepJobs));
        more.addAll(ScrubRoutes.of(checks));
        List<MeterBinder> figures = List.of(ScrubRoutes.figures(checks));
        return new Additions(more, RunRoutes.afterCommit(jobs), figures, plan);
    }

    private Settings settings() throws IOException {
        refuseLater();
        Listen where = Listen.parse(listen);
        if (runtime.equals("process") && !where.loopback() && !allowProcess) {
            throw new IllegalArgumentException(
                    "--runtime process runs jobs as programs of this machine, which nothing"
                            + " isolates, and --listen "
                            + listen
                            + " can be reached from other machines: type --allow-process if"
                            + " everybody with a token may run programs here");
        }
        List<Token> tokens = tokens();
        if (!where.loopback() && tokens.isEmpty() && !insecure) {
            throw new IllegalArgumentException(
                    "--listen "
                            + listen
                            + " can be reached from other machines: set a token (PFS_TOKEN or"
                            + " --auth FILE), or type --insecure if everybody may do everything");
        }
        Limits limits =
                new Limits(
                        maxConnections,
                        maxRequests,
                        maxUploads,
                        maxBody,
                        idleTimeout * 1000,
                        minRate);
        return new Settings(where, directory(), tls(), tokens, limits, logRequests);
    }

    /** What this version does not do yet is refused, not passed over. */
    private void refuseLater() {
        if (!List.of("auto", "docker", "kubernetes", "process").contains(runtime)) {
            throw new IllegalArgumentException(
                    "--runtime is '" + runtime + "'; it is auto, docker, kubernetes or process");
        }
        if (!List.of("text", "json").contains(logFormat)) {
            throw new IllegalArgumentException(
                    "--log-format is '" + logFormat + "'; it is text or json");
        }
    }

    private List<Token> tokens() throws IOException {
        List<Token> tokens = new ArrayList<>();
        @Nullable String token = sources == null ? null : sources.find("token");
        if (token != null) {
            byte[] digest = ObjectId.sha256().digest(token.getBytes(StandardCharsets.UTF_8));
            tokens.add(
                    new Token(
                            "token",
                            HexFormat.of().formatHex(digest),
                            List.of(new Token.Grant(Right.ADMIN, null))));
        }
        if (auth != null) {
            tokens.addAll(TokenFile.read(auth));
            if (tokens.isEmpty()) {
                throw new IllegalArgumentException("--auth " + auth + " holds no token");
            }
        }
        return tokens;
    }

    private Settings.@Nullable Tls tls() {
        if (tlsCert == null && tlsKey == null) {
            return null;
        }
        if (tlsCert == null || tlsKey == null) {
            throw new IllegalArgumentException("--tls-cert and --tls-key go together");
        }
        return new Settings.Tls(tlsCert, tlsKey);
    }

    private Path directory() {
        if (data != null) {
            return data.toAbsolutePath().normalize();
        }
        String xdg = environment.get("XDG_DATA_HOME");
        String home = environment.get("HOME");
        Path base =
                absolute(xdg)
                        ? Path.of(xdg)
                        : Path.of(absolute(home) ? home : System.getProperty("user.home"))
                                .resolve(Path.of(".local", "share"));
        return base.resolve("pfs");
    }

    /** As the XDG base directory specification has it: what is relative does not count. */
    private static boolean absolute(@Nullable String path) {
        return path != null && path.startsWith("/");
    }
}
