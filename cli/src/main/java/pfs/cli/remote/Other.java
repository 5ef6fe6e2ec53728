package pfs.cli.remote;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.Query;
import pfs.client.http.Request;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The other server of a transfer, and what is transferred: the same for push, pull and fetch. */
final class Other {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "REMOTE",
            description = "A remote's name or a server's URL; origin if it is left out.")
    @Nullable String remote;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "BRANCH",
            description = "One branch; all branches and tags if it is left out.")
    @Nullable String branch;

    @Option(
            names = {"-f", "--force"},
            description = "Move branches also where commits are left behind.")
    boolean force;

    /** Has the server do it; the other server's token is PFS_REMOTE_TOKEN. */
    int transfer(Session session, String route, String field) throws IOException {
        Query query = Query.NONE.and(field, remote).and("branch", branch).flag("force", force);
        Request request = session.client().request("POST", route, query);
        String token = System.getenv("PFS_REMOTE_TOKEN");
        return session.show(
                token == null || token.isEmpty()
                        ? request
                        : request.with("Pfs-Remote-Token", token));
    }
}
