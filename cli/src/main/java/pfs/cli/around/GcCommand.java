package pfs.cli.around;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.Query;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "gc",
        description = {
            "Free the space of what nothing reaches, while the server works.",
            "With --data DIR: in a data directory that no server has open."
        })
public final class GcCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = "--trash",
            paramLabel = "SECONDS",
            description = "How long what is not needed is kept for those who read it (3600).")
    @Nullable String trash;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for uploads and runs that began before (600).")
    @Nullable String wait;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        return session.show(
                Request.of("POST", "/gc" + Query.NONE.and("trash", trash).and("wait", wait)));
    }
}
