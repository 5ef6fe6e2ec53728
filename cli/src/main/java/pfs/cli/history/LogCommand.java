package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "log", description = "List commits, newest first: id, time, author, message.")
public final class LogCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "At most so many.")
    @Nullable Integer limit;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            description = "Only commits that changed this path.")
    @Nullable String path;

    @Option(
            names = "--after",
            paramLabel = "REF",
            description = "Only what comes behind this commit of the list.")
    @Nullable String after;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "REF",
            description = "Where to begin (default: the branch's head).")
    @Nullable String ref;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        return session.show(
                client.request(
                        "GET",
                        "/commits",
                        client.onBranch()
                                .and("ref", ref)
                                .and("path", path == null ? null : RemotePath.parse(path).path())
                                .and("after", after)
                                .and("limit", limit == null ? null : limit.toString())));
    }
}
