package pfs.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.ProgressBar;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.http.Body;
import pfs.client.transfer.Upload;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "put",
        description = {
            "Store files, or with -r a directory and all below it.",
            "The last argument is the path in the repo; one that ends in / is a directory to put"
                    + " the files in. With -r, what is below DIR goes below PATH, which defaults to"
                    + " DIR's name. Times and the executable bit are kept; what is stored already"
                    + " is not sent again."
        })
public final class PutCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-r", "--recursive"},
            description = "Store directories and all below them.")
    boolean recursive;

    @Option(
            names = {"-L", "--follow"},
            description = "Follow symbolic links; they are left out otherwise.")
    boolean follow;

    @Option(
            names = "--checksum",
            description = "Compare by content, not by size and time (as rsync's option).")
    boolean checksum;

    @Option(
            names = {"-a", "--append"},
            description = "Append to the file.")
    boolean append;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description =
                    "Commit all changes of the branch when everything is stored, with this message;"
                            + " prints the commit's id.")
    @Nullable String message;

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE... PATH",
            description = "Local files (- is standard input), then the path in the repo.")
    List<String> operands = List.of();

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        boolean named = operands.size() > 1;
        List<String> sources = named ? operands.subList(0, operands.size() - 1) : operands;
        RemotePath target = RemotePath.parse(named ? operands.getLast() : "");
        if (!named && sources.contains("-")) {
            throw session.usage("standard input needs a PATH to be stored at");
        }
        boolean inside = !named || sources.size() > 1 || target.directory();
        try (ProgressBar bar = ProgressBar.onStandardError()) {
            Upload upload = new Upload(session.client(), follow, checksum, bar);
            for (String source : sources) {
                put(session, upload, source, target, inside && (named || !source.equals("-")));
            }
            bar.close();
            report(session, bar);
            return message == null ? (bar.failures() == 0 ? 0 : 1) : commit(session, bar);
        }
    }

    private int commit(Session session, ProgressBar bar) throws IOException {
        if (bar.failures() > 0) {
            throw new IOException("nothing was committed: " + bar.failures() + " files failed");
        }
        return session.show(session.commit(message, null, false));
    }

    private void put(
            Session session, Upload upload, String source, RemotePath target, boolean inside)
            throws IOException {
        if (source.equals("-")) {
            if (inside) {
                throw session.usage("standard input needs a name: PATH must not end in /");
            }
            store(session.client(), target.path(), new Stream(System.in));
            return;
        }
        Path file = Path.of(source);
        if (Files.isDirectory(file)) {
            if (!recursive) {
                throw new IOException(source + " is a directory: -r stores it");
            }
            boolean below = operands.size() != 2; // named one by one, or not at all
            upload.tree(file, below ? target.child(nameOf(file)) : target.path());
            return;
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(source);
        }
        String path = inside ? target.child(nameOf(file)) : target.path();
        if (append) {
            store(session.client(), path, new LocalBody(file));
        } else {
            upload.file(file, path);
        }
    }

    private void store(PfsClient client, String path, Body body) throws IOException {
        var request = client.file("PUT", path, client.onBranch().flag("append", append));
        client.send(request.with(body)).close();
    }

    /** {@code .} and {@code ..} have names too. */
    private static String nameOf(Path file) throws IOException {
        Path name = file.toRealPath().getFileName();
        if (file.getFileName() != null && !file.normalize().toString().isEmpty()) {
            Path given = file.normalize().getFileName();
            name = given.toString().equals("..") ? name : given;
        }
        return name == null ? "" : name.toString();
    }

    private static void report(Session session, ProgressBar bar) throws IOException {
        if (session.json()) {
            session.out()
                    .object(
                            json -> {
                                json.writeNumberProperty("files", bar.filesDone());
                                json.writeNumberProperty("bytes", bar.bytesDone());
                                json.writeNumberProperty("failed", bar.failures());
                            });
        }
    }

    /** A file's bytes. */
    private record LocalBody(Path file) implements Body {
        @Override
        public long length() {
            return -1;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            Files.copy(file, out);
        }
    }

    /** Bytes that can be read once. */
    private record Stream(InputStream in) implements Body {
        @Override
        public long length() {
            return -1;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            byte[] buffer = new byte[256 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        }

        @Override
        public boolean repeatable() {
            return false;
        }
    }
}
