package pfs.cli.remote;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "cluster", description = "Show the server's role, its replicas or its master.")
public final class ClusterCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Override
    public Integer call() throws IOException {
        return Objects.requireNonNull(parent).show(Request.of("GET", "/cluster"));
    }
}
