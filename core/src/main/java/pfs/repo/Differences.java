package pfs.repo;

import java.util.Iterator;
import pfs.tree.Change;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.TreeDiff;
import pfs.tree.Trees;

/** The files in which two trees differ, in path order; the cost follows the difference. Lazy. */
final class Differences {
    private Differences() {}

    static Iterator<Difference> between(
            Trees trees, DirectoryEntry from, DirectoryEntry to, String path) {
        Iterator<Change> changes = TreeDiff.files(trees, from, to, path);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return changes.hasNext();
            }

            @Override
            public Difference next() {
                return of(changes.next());
            }
        };
    }

    /**
     * True if nothing differs but times: the same files and the same explicit directories. A path
     * that was deleted and written again as it was has a new time, so the trees' ids may differ.
     */
    static boolean none(Trees trees, DirectoryEntry from, DirectoryEntry to) {
        return from.tree().equals(to.tree())
                || (from.files() == to.files()
                        && from.bytes() == to.bytes()
                        && !TreeDiff.changes(trees, from, to, "").hasNext());
    }

    static Difference of(Change change) {
        FileEntry before = change.before() instanceof FileEntry file ? file : null;
        FileEntry after = change.after() instanceof FileEntry file ? file : null;
        Difference.Type type =
                before == null
                        ? Difference.Type.ADDED
                        : after == null ? Difference.Type.DELETED : Difference.Type.MODIFIED;
        return new Difference(type, change.path(), null, before, after);
    }
}
