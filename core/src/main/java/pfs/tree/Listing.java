package pfs.tree;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Walks a directory, or all below it, in path order and lazily. Not thread-safe. */
final class Listing implements Iterator<PathEntry> {
    /** A directory that is being walked. */
    private static final class Level {
        final String prefix;
        final DirectoryCursor cursor;

        /** The key to go on behind, below this directory; matters for its first entry only. */
        String after;

        Level(String prefix, DirectoryCursor cursor, String after) {
            this.prefix = prefix;
            this.cursor = cursor;
            this.after = after;
        }
    }

    private final Trees trees;
    private final boolean recursive;
    private final List<Level> levels = new ArrayList<>();
    private @Nullable PathEntry ahead;

    /**
     * @param prefix the directory's path and a slash; "" for the root
     * @param after a key below the directory, "" for none
     */
    Listing(Trees trees, DirectoryEntry directory, String prefix, String after, boolean recursive) {
        this.trees = trees;
        this.recursive = recursive;
        enter(prefix, directory, after);
    }

    /** Begins a directory; the first segment of {@code after} may name one to go on in. */
    private void enter(String prefix, DirectoryEntry directory, String after) {
        int slash = after.indexOf('/');
        String from = recursive && slash >= 0 ? after.substring(0, slash + 1) : after;
        levels.add(new Level(prefix, new DirectoryCursor(trees, directory, Key.of(from)), after));
    }

    @Override
    public boolean hasNext() {
        while (ahead == null && !levels.isEmpty()) {
            Level level = levels.getLast();
            TreeNode leaf = level.cursor.next();
            if (leaf == null) {
                levels.removeLast();
            } else {
                step(level, leaf, level.cursor.index());
            }
        }
        return ahead != null;
    }

    private void step(Level level, TreeNode leaf, int i) {
        String key = leaf.key(i).toString();
        Entry entry = leaf.entry(i);
        String rest = level.after;
        level.after = "";
        boolean begun = rest.startsWith(key);
        boolean skipped = rest.equals(key);
        switch (entry) {
            case FileEntry _ -> {
                if (!skipped) {
                    ahead = new PathEntry(level.prefix + key, entry);
                }
            }
            case DirectoryEntry directory -> {
                String path = level.prefix + key.substring(0, key.length() - 1);
                boolean empty = recursive && trees.root(directory).count() == 0;
                if (recursive && !empty) {
                    descend(
                            level.prefix + key,
                            directory,
                            begun ? rest.substring(key.length()) : "");
                } else if (!begun) {
                    ahead = new PathEntry(path, entry);
                }
            }
        }
    }

    private void descend(String prefix, DirectoryEntry directory, String rest) {
        if (prefix.length() > 2 * TreePath.MAX_PATH) {
            throw Trees.corrupt(directory.tree(), "is deeper than a path can be");
        }
        enter(prefix, directory, rest);
    }

    @Override
    public PathEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        PathEntry next = java.util.Objects.requireNonNull(ahead);
        ahead = null;
        return next;
    }
}
