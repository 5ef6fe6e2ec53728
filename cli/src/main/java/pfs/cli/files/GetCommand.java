package pfs.cli.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.ProgressBar;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.http.Response;
import pfs.client.transfer.Download;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "get",
        description = {
            "Fetch a file, or with -r a directory and all below it.",
            "FILE defaults to PATH's name here; - is standard output. With -r, what is below PATH"
                    + " goes below FILE. A file that was fetched in part is never left behind."
        })
public final class GetCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-r", "--recursive"},
            description = "Fetch a directory and all below it.")
    boolean recursive;

    @Option(
            names = {"-c", "--commit"},
            paramLabel = "REF",
            description = "Fetch from this commit, branch or tag.")
    @Nullable String commit;

    @Parameters(index = "0", paramLabel = "PATH", description = "The path in the repo.")
    String path = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "Where it goes.")
    @Nullable String file;

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        RemotePath from = RemotePath.parse(path);
        if (from.directory() && !recursive) {
            throw session.usage(path + " is a directory: -r fetches it");
        }
        if ("-".equals(file)) {
            if (recursive) {
                throw session.usage("a directory cannot go to standard output");
            }
            try (Response response = session.client().get(from.path(), commit)) {
                session.out().copy(response.body());
            }
            return 0;
        }
        try (ProgressBar bar = ProgressBar.onStandardError()) {
            Download download = new Download(session.client(), bar);
            if (recursive) {
                download.tree(from.path(), commit, Path.of(file == null ? here(from) : file));
            } else {
                download.file(from.path(), commit, target(from));
            }
            bar.close();
            if (session.json()) {
                session.out()
                        .object(
                                json -> {
                                    json.writeNumberProperty("files", bar.filesDone());
                                    json.writeNumberProperty("bytes", bar.bytesDone());
                                });
            }
            return bar.failures() == 0 ? 0 : 1;
        }
    }

    private static String here(RemotePath from) {
        return from.path().isEmpty() ? "." : from.name();
    }

    private Path target(RemotePath from) {
        Path target = Path.of(file == null ? from.name() : file);
        return Files.isDirectory(target) ? target.resolve(from.name()) : target;
    }
}
