package pfs.cli.mount.tree;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;

/**
 * Where the files come from. Paths are relative to what is mounted, "" is its root; those in
 * entries are the repo's. All methods answer or fail in bounded time, with a {@link
 * pfs.cli.mount.fuse.FuseException} where the reason is known. Thread-safe.
 */
interface Source {
    /** What is at a path now; empty if there is nothing. */
    Optional<ListedEntry> find(String path) throws IOException;

    /**
     * Some entries of a directory, in the order of listings; ENOENT if it is not there.
     *
     * @param after where the page before ended; null for the first
     */
    Page list(String directory, @Nullable String after) throws IOException;

    /**
     * Bytes of exactly this version of a file; ESTALE if its path has another one by now.
     *
     * @param offset with the length, within the file
     */
    byte[] read(String path, ListedEntry version, long offset, int length) throws IOException;

    /**
     * A part of a listing.
     *
     * @param next where it ended; null at the directory's end
     */
    record Page(List<ListedEntry> entries, @Nullable String next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }
}
