package pfs.repo;

import java.util.Iterator;
import java.util.Optional;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.PathEntry;

/** A read-only view of all files at one moment. Immutable, thread-safe, costs nothing to keep. */
public interface Snapshot {
    /** The file or directory at a path ("" is the root, which is always there). */
    Optional<Entry> find(String path);

    /**
     * The entries of a directory in path order, lazily: its own names, or all files below it (and
     * explicit directories that are empty) when recursive. Paths are whole paths from the root.
     *
     * @param after only what comes after this key in the order: a whole path, with a slash at its
     *     end for a directory; "" for all
     * @throws pfs.error.PfsException NO_SUCH_PATH, NOT_A_DIRECTORY
     */
    Iterator<PathEntry> list(String directory, String after, boolean recursive);

    DirectoryEntry root();
}
