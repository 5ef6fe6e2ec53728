package pfs.cli.history;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "show", description = "Show a commit and what it changed.")
public final class ShowCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "REF",
            description = "Which (default: the branch's head).")
    @Nullable String ref;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        String name = ref == null ? client.branch() : ref;
        session.show(
                client.request("GET", "/commits/" + PathEncoding.encode(name), client.onBranch()));
        if (session.json()) {
            return 0;
        }
        try {
            return session.show(
                    client.request(
                            "GET",
                            "/diff",
                            client.onBranch().and("from", name + "~1").and("to", name)));
        } catch (RefusedException e) {
            if (e.status() != 404) {
                throw e;
            }
            return listing(session, client, name);
        }
    }

    /** The first commit has no parent to differ from: all it has is new. */
    private static int listing(Session session, PfsClient client, String name) throws IOException {
        Query query = client.onBranch().flag("recursive", true).and("commit", name);
        try (Response response =
                client.send(client.file("GET", "", query).with("Accept", "text/plain"))) {
            BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.endsWith("/")) {
                    session.out().line("A\t" + line);
                }
            }
        }
        return 0;
    }
}
