package pfs.cli.session;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.api.Defaults;
import pfs.api.MediaTypes;
import pfs.client.PfsClient;
import pfs.client.http.Endpoint;
import pfs.client.http.Request;
import pfs.client.http.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code pfs} itself: the options that all commands have, and the way to the server.
 * One a process.
 */
@Command(name = "pfs", sortOptions = false)
public final class Session implements AutoCloseable {
    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The server (PFS_SERVER, default " + Defaults.SERVER + ").")
    @Nullable String server;

    @Option(
            names = "--repo",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The repo (PFS_REPO, default " + Defaults.REPO + ").")
    @Nullable String repo;

    @Option(
            names = {"-b", "--branch"},
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "The branch (PFS_BRANCH, default " + Defaults.BRANCH + ").")
    @Nullable String branch;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Answer in JSON.")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Say what the command does, and end.")
    boolean help;

    @Option(names = "--version", hidden = true)
    boolean version;

    @Spec @Nullable CommandSpec spec;

    private final Output out;
    private @Nullable PfsClient client;

    public Session(Output out) {
        this.out = out;
    }

    public boolean json() {
        return json;
    }

    public boolean version() {
        return version;
    }

    public Output out() {
        return out;
    }

    /** The server that the options and the environment name; connects with the first request. */
    public PfsClient client() {
        if (client == null) {
            client =
                    new PfsClient(
                            endpoint(),
                            System.getenv("PFS_TOKEN"),
                            first(repo, System.getenv("PFS_REPO"), Defaults.REPO),
                            first(branch, System.getenv("PFS_BRANCH"), Defaults.BRANCH));
        }
        return client;
    }

    private Endpoint endpoint() {
        String url = first(server, System.getenv("PFS_SERVER"), Defaults.SERVER);
        try {
            return Endpoint.parse(url);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    private static String first(
            @Nullable String option, @Nullable String environment, String otherwise) {
        if (option != null) {
            return option;
        }
        return environment == null || environment.isEmpty() ? otherwise : environment;
    }

    /** Wrong usage: exit code 2 and this line. */
    public ParameterException usage(@Nullable String message) {
        if (spec == null) {
            throw new IllegalStateException("not parsed yet");
        }
        return new ParameterException(spec.commandLine(), String.valueOf(message));
    }

    /** Sends a request and gives its answer, text or JSON as asked for, to standard output. */
    public int show(Request request) throws IOException {
        try (Response response = client().await(asAsked(request))) {
            out.copy(response.body());
        }
        return 0;
    }

    /**
     * The request that commits the branch's changes.
     *
     * @param author null for PFS_AUTHOR, or the user of this machine
     * @param run whether the jobs are to run on it
     */
    public Request commit(@Nullable String message, @Nullable String author, boolean run) {
        return client().request(
                        "POST",
                        "/commit",
                        client().onBranch()
                                .and("message", message)
                                .and("author", Authors.name(author))
                                .flag("run", run));
    }

    /** Sends a request whose answer says nothing that matters. */
    public int run(Request request) throws IOException {
        client().send(request).close();
        return 0;
    }

    /** The request with the Accept header that the options ask for. */
    public Request asAsked(Request request) {
        return request.with("Accept", json ? MediaTypes.JSON : "text/plain");
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
