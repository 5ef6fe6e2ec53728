package pfs.cli.history;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "commit", description = "Commit all changes of the branch; prints the commit's id.")
public final class CommitCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "What changed, and why.")
    @Nullable String message;

    @Option(
            names = "--author",
            paramLabel = "NAME",
            description = "Who says so (PFS_AUTHOR, default: the user).")
    @Nullable String author;

    @Option(
            names = "--meta",
            paramLabel = "NAME=VALUE",
            description = "Kept with the commit, and shown by show --json.")
    Map<String, String> metadata = Map.of();

    @Option(names = "--run", description = "Run the jobs on it as well.")
    boolean run;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        Request request = session.commit(message, author, run);
        for (Map.Entry<String, String> e : metadata.entrySet()) {
            request = request.with("Pfs-Meta-" + e.getKey(), e.getValue());
        }
        return session.show(request);
    }
}
