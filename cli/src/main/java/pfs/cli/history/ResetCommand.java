package pfs.cli.history;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "reset", description = "Drop uncommitted changes, all or those at paths.")
public final class ResetCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Parameters(
            index = "0..*",
            arity = "0..*",
            paramLabel = "PATH",
            description = "Files or directories.")
    List<String> paths = List.of();

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (paths.isEmpty()) {
            return session.run(client.request("POST", "/reset", client.onBranch()));
        }
        for (String path : paths) {
            session.run(
                    client.request(
                            "POST",
                            "/reset",
                            client.onBranch().and("path", RemotePath.parse(path).path())));
        }
        return 0;
    }
}
