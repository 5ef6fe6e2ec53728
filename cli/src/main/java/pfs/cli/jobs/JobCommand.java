package pfs.cli.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.MediaTypes;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.http.Body;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "job",
        description =
                "List jobs; with NAME show its spec; with NAME and FILE store it; with -d delete"
                        + " it.")
public final class JobCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-d", "--delete"},
            description = "Delete the job; its output branch stays.")
    boolean delete;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The job.")
    @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Its spec, JSON (- is standard input).")
    @Nullable String file;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (name == null) {
            return session.show(client.request("GET", "/jobs", Query.NONE));
        }
        String route = "/jobs/" + PathEncoding.encodeSegment(name);
        if (delete) {
            return session.run(client.request("DELETE", route, Query.NONE));
        }
        if (file == null) {
            return session.show(client.request("GET", route, Query.NONE));
        }
        byte[] spec =
                file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
        return session.run(
                client.request("PUT", route, Query.NONE)
                        .with("Content-Type", MediaTypes.JSON)
                        .with(new Body.Bytes(spec, spec.length)));
    }
}
