package pfs.cli.files;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.http.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "cat",
        description = "Write files to standard output, one after the other; globs are understood.")
public final class CatCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-c", "--commit"},
            paramLabel = "REF",
            description = "Read from this commit, branch or tag.")
    @Nullable String commit;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Paths in the repo.")
    List<String> paths = List.of();

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        for (String path : paths) {
            RemotePath from = RemotePath.parse(path);
            if (from.directory()) {
                throw new IOException(path + " is a directory: pfs ls lists it");
            }
            try (Response response = session.client().get(from.path(), commit)) {
                session.out().copy(response.body());
            }
        }
        return 0;
    }
}
