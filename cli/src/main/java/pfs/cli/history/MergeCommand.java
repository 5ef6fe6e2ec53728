package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "merge",
        description = "Merge a branch, tag or commit into the branch; prints the commit's id.")
public final class MergeCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "The merge commit's message.")
    @Nullable String message;

    @Mixin Resolving resolving = new Resolving();

    @Parameters(index = "0", arity = "1", paramLabel = "FROM", description = "What to merge.")
    String from = "";

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        return session.show(
                client.request(
                        "POST",
                        "/merge",
                        resolving.addTo(
                                Query.NONE
                                        .and("from", from)
                                        .and("into", client.branch())
                                        .and("message", message))));
    }
}
