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

@Command(
        name = "diff",
        description =
                "List what differs: A, M, D or R and the path. Without TO: up to uncommitted"
                        + " changes; without both: these alone.")
public final class DiffCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(names = "--path", paramLabel = "PATH", description = "Only there.")
    @Nullable String path;

    @Option(
            names = {"-p", "--text"},
            description = "Show the lines that differ, of text files.")
    boolean text;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FROM",
            description = "A commit, branch or tag.")
    @Nullable String from;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "TO",
            description = "Another (default: the branch as it stands).")
    @Nullable String to;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        String below = path == null ? null : RemotePath.parse(path).path();
        return session.show(
                client.request(
                        "GET",
                        "/diff",
                        client.onBranch()
                                .and("from", from)
                                .and("to", to)
                                .and("path", below)
                                .flag("text", text)));
    }
}
