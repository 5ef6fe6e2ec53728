package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "status", description = "List uncommitted changes: A, M or D and the path.")
public final class StatusCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        return session.show(
                session.client().request("GET", "/status", session.client().onBranch()));
    }
}
