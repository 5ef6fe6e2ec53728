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

@Command(name = "cherry-pick", description = "Repeat what a commit changed, on the branch.")
public final class CherryPickCommand implements Callable<Integer> {
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
                        "POST",
                        "/cherry-pick",
                        resolving.addTo(client.onBranch().and("commit", ref))));
    }
}
