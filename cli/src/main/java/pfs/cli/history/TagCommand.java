package pfs.cli.history;

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

@Command(
        name = "tag",
        description = "List tags; with NAME make one; with -d delete it. A tag never moves.")
public final class TagCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-d", "--delete"},
            description = "Delete the tag.")
    boolean delete;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The tag.")
    @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "REF",
            description = "Its commit (default: the head of --branch).")
    @Nullable String ref;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (name == null) {
            return session.show(client.request("GET", "/tags", Query.NONE));
        }
        String route = "/tags/" + PathEncoding.encode(name);
        if (delete) {
            return session.run(client.request("DELETE", route, Query.NONE));
        }
        String commit = ref == null ? client.branch() : ref;
        return session.run(client.request("POST", route, client.onBranch().and("commit", commit)));
    }
}
