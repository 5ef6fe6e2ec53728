package pfs.cli.around;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Session;
import pfs.client.Query;
import pfs.client.http.Request;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "fsck",
        description = {
            "Check all that a server has stored; name the files that damage touches.",
            "With --data DIR: in a data directory that no server has open; then --from DIR mends"
                    + " from another directory, and --index makes the index again from the packs."
        })
public final class FsckCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(names = "--repair", description = "Mend what can be mended.")
    boolean repair;

    @Option(
            names = "--from",
            paramLabel = "URL",
            description =
                    "Mend from that server, a replica for one; its token is PFS_REMOTE_TOKEN.")
    @Nullable String from;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        if (from == null) {
            return session.show(Request.of(repair ? "POST" : "GET", "/fsck"));
        }
        if (!from.contains("://")) {
            throw session.usage("--from is a URL, but with --data DIR");
        }
        Request request = Request.of("POST", "/fsck" + Query.NONE.and("from", from));
        String token = System.getenv("PFS_REMOTE_TOKEN");
        return session.show(
                token == null || token.isEmpty()
                        ? request
                        : request.with("Pfs-Remote-Token", token));
    }
}
