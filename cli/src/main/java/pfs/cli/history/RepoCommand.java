package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "repo",
        description = "List repos; with NAME make one; with -d delete it and all that is in it.")
public final class RepoCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-d", "--delete"},
            description = "Delete the repo.")
    boolean delete;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The repo.")
    @Nullable String name;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (name == null) {
            return session.show(Request.of("GET", "/repos"));
        }
        String route = "/repos/" + PathEncoding.encodeSegment(name);
        if (delete) {
            return session.run(Request.of("DELETE", route + Query.NONE.and("confirm", name)));
        }
        client.send(Request.of("PUT", route)).close();
        return 0;
    }
}
