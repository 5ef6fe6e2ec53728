package pfs.server.files;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import pfs.repo.Repos;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.view.Views;

/** The routes of files: {@code /pfs/…}, {@code /copy} and {@code /move}. */
public final class FileRoutes {
    private static final List<String> READ =
            List.of("branch", "commit", "recursive", "after", "limit");

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
        return List.of(
                Route.of(
                        "GET",
                        "/pfs/{path...}",
                        Right.READ,
                        "Read a file, list a directory, or read all that a glob matches",
                        READ,
                        reading::read),
                Route.of(
                        "POST",
                        "/pfs/{path...}",
                        Right.WRITE,
                        "Create a file",
                        List.of("branch"),
                        writing::post),
                Route.of(
                        "PUT",
                        "/pfs/{path...}",
                        Right.WRITE,
                        "Create or replace a file, append to it, make a directory, or unpack a tar",
                        List.of("branch", "append"),
                        writing::put),
                Route.of(
                        "DELETE",
                        "/pfs/{path...}",
                        Right.WRITE,
                        "Delete a file or a directory",
                        List.of("branch", "recursive"),
                        writing::delete),
                Route.of(
                        "GET",
                        "/pfs",
                        Right.READ,
                        "List the root directory",
                        READ,
                        reading::readRoot),
                Route.of(
                        "PUT",
                        "/pfs",
                        Right.WRITE,
                        "Unpack a tar into the root directory",
                        List.of("branch"),
                        writing::writeRoot),
                Route.of(
                        "POST",
                        "/copy",
                        Right.WRITE,
                        "Copy a file or a directory; costs metadata only",
                        List.of("from", "to", "commit", "branch"),
                        writing::copy),
                Route.of(
                        "POST",
                        "/move",
                        Right.WRITE,
                        "Move a file or a directory; costs metadata only",
                        List.of("from", "to", "branch"),
                        writing::move));
    }
}
