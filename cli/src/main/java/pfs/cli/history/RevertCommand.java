package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "revert", description = "Undo what a commit changed, by a new commit.")
public final class RevertCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Mixin Resolving resolving = new Resolving();

    @Parameters(index = "0", arity = "1", paramLabel = "REF", description = "The commit.")
    String ref = "";

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        return session.show(
                client.request(
                        "POST", "/revert", resolving.addTo(client.onBranch().and("commit", ref))));
    }
}
