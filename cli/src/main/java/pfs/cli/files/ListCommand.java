package pfs.cli.files;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.api.Listing;
import pfs.api.MediaTypes;
import pfs.cli.session.RemotePath;
import pfs.cli.session.Session;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Request;
import pfs.client.http.Response;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ls",
        description =
                "List a directory, or what a glob matches: one name a line, directories end in /.")
public final class ListCommand implements Callable<Integer> {
    @ParentCommand @Nullable Session parent;

    @Option(
            names = {"-l", "--long"},
            description = "Size, time and path, a line each.")
    boolean details;

    @Option(
            names = {"-R", "--recursive"},
            description = "All files below the directory.")
    boolean recursive;

    @Option(
            names = {"-c", "--commit"},
            paramLabel = "REF",
            description = "List this commit, branch or tag.")
    @Nullable String commit;

    @Parameters(arity = "0..1", paramLabel = "PATH", description = "The path in the repo.")
    String path = "";

    @Override
    public Integer call() throws IOException {
        Session session = java.util.Objects.requireNonNull(parent);
        RemotePath at = RemotePath.parse(path);
        if (!at.directory() && at.mayBeGlob() && !isFile(session, at)) {
            list(session, session.client().file("GET", at.path(), query(session)), 0);
            return 0;
        }
        String directory = at.path().isEmpty() ? "" : at.path() + "/";
        try {
            list(
                    session,
                    session.client()
                            .file("GET", directory, query(session).flag("recursive", recursive)),
                    directory.length());
        } catch (RefusedException e) {
            if (e.status() != 404 || at.directory() || !isFile(session, at)) {
                throw e;
            }
            session.out().line(at.path());
        }
        return 0;
    }

    private Query query(Session session) {
        return session.client().onBranch().and("commit", commit);
    }

    /** A GET would fetch its bytes, so it is asked for its head. */
    private boolean isFile(Session session, RemotePath at) throws IOException {
        Request head = session.client().file("HEAD", at.path(), query(session));
        try (Response response = session.client().send(head)) {
            return response.header("etag").isPresent();
        } catch (RefusedException e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    private void list(Session session, Request request, int cut) throws IOException {
        if (session.json()) {
            session.show(request);
            return;
        }
        try (Response response = session.client().send(request.with("Accept", MediaTypes.JSON));
                Listing listing = new Listing(response.body())) {
            for (ListedEntry e = listing.read(); e != null; e = listing.read()) {
                session.out().line(details ? longLine(e, cut) : name(e, cut));
            }
        }
    }

    private static String name(ListedEntry e, int cut) {
        String name = e.path().substring(cut);
        return e.type() == ListedEntry.Type.DIRECTORY ? name + "/" : name;
    }

    private static String longLine(ListedEntry e, int cut) {
        String time = e.modified() == null ? "-" : e.modified().toString();
        String seconds = time.length() > 20 ? time.substring(0, 19) + "Z" : time;
        return String.format(
                "%s %14d  %-20s  %s", e.executable() ? "x" : "-", e.size(), seconds, name(e, cut));
    }
}
