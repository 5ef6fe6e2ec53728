package pfs.cli.history;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.cli.session.Session;
import pfs.client.PfsClient;
import pfs.client.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "branch",
        description =
                "List branches; with NAME make one; with -d delete it, with -f move it, with"
                        + " --protect let it take merges only, with --keep say how far back its"
                        + " files are kept.")
public final class BranchCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-d", "--delete"},
            description = "Delete the branch.")
    boolean delete;

    @Option(
            names = {"-f", "--force"},
            description = "Move the branch to REF if it is there.")
    boolean force;

    @Option(names = "--protect", description = "From now on the branch takes merges only.")
    boolean protect;

    @Option(names = "--unprotect", description = "The branch takes all changes again.")
    boolean unprotect;

    @Option(
            names = "--keep",
            paramLabel = "RULE",
            description =
                    "Files of older commits of the branch are dropped by the next gc: '30 days',"
                            + " '100 commits'; 'all' ends the rule.")
    @Nullable String keep;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The branch.")
    @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "REF",
            description = "Its commit (default: the head of --branch).")
    @Nullable String ref;

    @Override
    public Integer call() throws IOException {
        Session session = Objects.requireNonNull(parent);
        PfsClient client = session.client();
        if (name == null) {
            if (delete || force || protect || unprotect || keep != null) {
                throw session.usage("which branch? a NAME is missing");
            }
            return session.show(client.request("GET", "/branches", Query.NONE));
        }
        String route = "/branches/" + PathEncoding.encode(name);
        if (delete) {
            return session.run(client.request("DELETE", route, Query.NONE));
        }
        if (protect || unprotect) {
            Query flag = Query.NONE.and("protect", Boolean.toString(protect));
            return session.run(client.request("PUT", route, flag));
        }
        if (keep != null) {
            return session.run(client.request("PUT", route, Query.NONE.and("keep", keep)));
        }
        String commit = ref == null ? client.branch() : ref;
        return session.run(
                client.request(
                        force ? "PUT" : "POST", route, client.onBranch().and("commit", commit)));
    }
}
