package pfs.repo;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreePath;
import pfs.tree.Trees;

/** The files in which two trees differ, in path order. Lazy; not thread-safe. */
final class Differences implements Iterator<Difference> {
    private final Iterator<PathEntry> before;
    private final Iterator<PathEntry> after;
    private @Nullable PathEntry left;
    private @Nullable PathEntry right;
    private @Nullable Difference next;

    private Differences(Iterator<PathEntry> before, Iterator<PathEntry> after) {
        this.before = before;
        this.after = after;
        this.left = step(before);
        this.right = step(after);
    }

    static Iterator<Difference> between(
            Trees trees, DirectoryEntry from, DirectoryEntry to, String path) {
        return from.tree().equals(to.tree())
                ? Collections.emptyIterator()
                : new Differences(files(trees, from, path), files(trees, to, path));
    }

    private static Iterator<PathEntry> files(Trees trees, DirectoryEntry root, String path) {
        @Nullable Entry entry = trees.find(root, path).orElse(null);
        return switch (entry) {
            case null -> Collections.emptyIterator();
            case FileEntry file -> Collections.singleton(new PathEntry(path, file)).iterator();
            case DirectoryEntry _ -> trees.list(root, path, "", true);
        };
    }

    private static @Nullable PathEntry step(Iterator<PathEntry> files) {
        while (files.hasNext()) {
            PathEntry entry = files.next();
            if (entry.entry() instanceof FileEntry) {
                return entry;
            }
        }
        return null;
    }

    @Override
    public boolean hasNext() {
        while (next == null && (left != null || right != null)) {
            next = compare();
        }
        return next != null;
    }

    private @Nullable Difference compare() {
        PathEntry a = left;
        PathEntry b = right;
        int order = a == null ? 1 : b == null ? -1 : TreePath.order(a.path(), b.path());
        if (order <= 0) {
            left = step(before);
        }
        if (order >= 0) {
            right = step(after);
        }
        @Nullable FileEntry x =
                order <= 0 && a != null && a.entry() instanceof FileEntry f ? f : null;
        @Nullable FileEntry y =
                order >= 0 && b != null && b.entry() instanceof FileEntry f ? f : null;
        if (x == null) {
            return b == null ? null : new Difference(Difference.Type.ADDED, b.path(), null, x, y);
        }
        if (y == null) {
            return a == null ? null : new Difference(Difference.Type.DELETED, a.path(), null, x, y);
        }
        return x.sameContent(y) || a == null
                ? null
                : new Difference(Difference.Type.MODIFIED, a.path(), null, x, y);
    }

    @Override
    public Difference next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Difference answer = next;
        next = null;
        return answer;
    }
}
