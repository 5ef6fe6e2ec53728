package pfs.cli.remote;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "remote",
        description = {
            "List remotes; add NAME URL keeps one, with the token of PFS_REMOTE_TOKEN; rm NAME"
                    + " forgets it."
        })
public final class RemoteCommand implements Callable<Integer> {
    /** What is done. */
    enum Verb {
        list,
        add,
        rm
    }

    @ParentCommand @Nullable Session parent;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "VERB",
            description = "list, add or rm (list).")
    Verb verb = Verb.list;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "The remote.")
    @Nullable String name;

    @Parameters(index = "2", arity = "0..1", paramLabel = "URL", description = "Its server.")
    @Nullable String url;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (verb == Verb.list) {
            return session.show(client.request("GET", "/remotes", Query.NONE));
        }
        if (name == null || (verb == Verb.add) == (url == null)) {
            throw session.usage("remote add NAME URL, or remote rm NAME");
        }
        String route = "/remotes/" + PathEncoding.encodeSegment(name);
        if (verb == Verb.rm) {
            return session.run(client.request("DELETE", route, Query.NONE));
        }
        Request request = client.request("PUT", route, Query.NONE.and("url", url));
        String token = System.getenv("PFS_REMOTE_TOKEN");
        return session.run(
                token == null || token.isEmpty()
                        ? request
                        : request.with("Pfs-Remote-Token", token));
    }
}
