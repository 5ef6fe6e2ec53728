package pfs.cli.files;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "mv",
        description = "Move a file or a directory within the repo; costs metadata only.")
public final class MoveCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Parameters(index = "0", paramLabel = "FROM", description = "The path in the repo.")
    String from = "";

    @Parameters(
            index = "1",
            paramLabel = "TO",
            description = "The new path; one that ends in / is a directory to put it in.")
    String to = "";

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        RemotePath source = RemotePath.parse(from);
        RemotePath target = RemotePath.parse(to);
        String path = target.directory() ? target.child(source.name()) : target.path();
        return session.run(
                session.client()
                        .request(
                                "POST",
                                "/move",
                                session.client()
                                        .onBranch()
                                        .and("from", source.path())
                                        .and("to", path)));
    }
}
