package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.RefusedException;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "show", description = "Show a commit and what it changed.")
public final class ShowCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-p", "--text"},
            description = "Show the lines that it changed, of text files.")
    boolean text;

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
            return session.show(diff(client, name + "~1", name));
        } catch (RefusedException e) {
            if (e.status() != 404) {
                throw e;
            }
            // The first commit has no parent to differ from: all it has is new.
            return session.show(diff(client, "", name));
        }
    }

    private Request diff(PfsClient client, String from, String to) {
        return client.request(
                "GET",
                "/diff",
                client.onBranch().and("from", from).and("to", to).flag("text", text));
    }
}
