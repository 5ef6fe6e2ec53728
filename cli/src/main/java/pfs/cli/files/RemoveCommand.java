package pfs.cli.files;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "rm", description = "Delete files, or with -r directories and all below them.")
public final class RemoveCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-r", "--recursive"},
            description = "Delete directories and all below them.")
    boolean recursive;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Paths in the repo.")
    List<String> paths = List.of();

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        for (String path : paths) {
            RemotePath at = RemotePath.parse(path);
            if (at.path().isEmpty()) {
                throw session.usage("the root cannot be deleted");
            }
            String name = at.directory() ? at.path() + "/" : at.path();
            session.run(
                    session.client()
                            .file(
                                    "DELETE",
                                    name,
                                    session.client().onBranch().flag("recursive", recursive)));
        }
        return 0;
    }
}
