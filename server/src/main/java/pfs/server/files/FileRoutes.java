package pfs.server.files;

import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import pfs.repo.Repos;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;

/** The routes of files: {@code /pfs/…}, {@code /copy} and {@code /move}. */
public final class FileRoutes {
    private static final String[] VIEW = {"branch", "commit", "recursive", "after", "limit"};
    private static final String[] WRITTEN = {"branch", "append"};
    private static final String[] COPIED = {"from", "to", "commit", "branch"};
    private static final String[] MOVED = {"from", "to", "branch"};

    private FileRoutes() {}

    /** Answers a path of a snapshot, as GET of a file or directory does. Thread-safe. */
    @FunctionalInterface
    public interface SnapshotReading {
        void read(Exchange exchange, Snapshot snapshot, String path) throws IOException;
    }

    /** Reading for other routes that lead to files. */
    public static SnapshotReading reading(Views views, Repos repos) {
        return new FileReading(views, repos.contents())::read;
    }

    /**
     * @param uploads large bodies received at once
     */
    public static List<Route> of(Views views, Repos repos, InstantSource clock, int uploads) {
        FileReading reading = new FileReading(views, repos.contents());
        FileWriting writing = new FileWriting(views, repos, clock, uploads);
        String path = "/pfs/{path...}";
        return Routes.ofRepos()
                .get(path, READ, reading::read, "Read a file, a directory, or a glob", VIEW)
                .answeredBy(reading::takes)
                .post(path, WRITE, writing::post, "Create a file", "branch")
                .answeredBy(writing::takes)
                .put(path, WRITE, writing::put, "Write a file, append, unpack a tar", WRITTEN)
                .answeredBy(writing::takes)
                .delete(path, WRITE, writing::delete, "Delete", "branch", "recursive")
                .get("/pfs", READ, reading::readRoot, "List the root directory", VIEW)
                .put("/pfs", WRITE, writing::writeRoot, "Unpack a tar into the root", "branch")
                .post("/copy", WRITE, writing::copy, "Copy a file or a directory", COPIED)
                .post("/move", WRITE, writing::move, "Move a file or a directory", MOVED)
                .list();
    }
}
