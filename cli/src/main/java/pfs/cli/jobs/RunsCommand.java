package pfs.cli.jobs;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "runs", description = "List runs; with ID show one; with --cancel end it.")
public final class RunsCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(names = "--cancel", description = "Cancel the run.")
    boolean cancel;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "The run.")
    @Nullable String id;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (id == null) {
            return session.show(client.request("GET", "/runs", Query.NONE));
        }
        String route = "/runs/" + PathEncoding.encodeSegment(id);
        return cancel
                ? session.run(client.request("DELETE", route, Query.NONE))
                : session.show(client.request("GET", route, Query.NONE));
    }
}
