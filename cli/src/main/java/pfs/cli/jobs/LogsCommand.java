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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "logs", description = "Show what a run's containers printed.")
public final class LogsCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Parameters(index = "0", arity = "1", paramLabel = "ID", description = "The run.")
    String id = "";

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        return session.show(
                client.request(
                        "GET", "/runs/" + PathEncoding.encodeSegment(id) + "/log", Query.NONE));
    }
}
