package pfs.repo;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import pfs.tree.Change;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.TreeDiff;
import pfs.tree.Trees;

/** The files in which two trees differ, in path order. Lazy; not thread-safe. */
final class Differences implements Iterator<Difference> {
    private final Iterator<Change> changes;

    private Differences(Iterator<Change> changes) {
        this.changes = changes;
    }

    static Iterator<Difference> between(
            Trees trees, DirectoryEntry from, DirectoryEntry to, String path) {
        return new Differences(TreeDiff.files(trees, from, to, path));
    }

    @Override
    public boolean hasNext() {
        return changes.hasNext();
    }

    @Override
    public Difference next() {
        Change change = changes.next();
        @Nullable FileEntry before = change.before() instanceof FileEntry file ? file : null;
        @Nullable FileEntry after = change.after() instanceof FileEntry file ? file : null;
        Difference.Type type =
                before == null
                        ? Difference.Type.ADDED
                        : after == null ? Difference.Type.DELETED : Difference.Type.MODIFIED;
        return new Difference(type, change.path(), null, before, after);
    }
}
