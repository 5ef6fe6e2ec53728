package pfs.tree;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The edits that lay one tree over another: names of the upper win, directories on both sides
 * merge. Directories that are the same on both sides, or only in the upper, are not looked into.
 * Not thread-safe.
 */
final class Overlay implements Iterator<Map.Entry<String, Edit>> {
    /** A directory on both sides: what is below it, and a walk over what is laid on it. */
    private record Level(String prefix, DirectoryEntry base, DirectoryCursor over) {}

    private final Trees trees;
    private final List<Level> levels = new ArrayList<>();
    private final Deque<Map.Entry<String, Edit>> ahead = new ArrayDeque<>(1);

    Overlay(Trees trees, DirectoryEntry root, String path, DirectoryEntry over) {
        this.trees = trees;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            String parent = path.substring(0, slash);
            if (trees.find(root, parent).orElse(null) instanceof FileEntry) {
                throw notADirectory(parent);
            }
        }
        directory(path, trees.find(root, path).orElse(null), over);
    }

    private void directory(String path, @Nullable Entry base, DirectoryEntry over) {
        switch (base) {
            case null -> ahead.add(Map.entry(path, new Edit.Graft(over)));
            case FileEntry _ -> throw notADirectory(path);
            case DirectoryEntry below -> {
                if (over.explicit() && !below.explicit()) {
                    ahead.add(Map.entry(path, new Edit.MakeDirectory()));
                }
                if (!over.tree().equals(below.tree())) {
                    String prefix = path.isEmpty() ? "" : path + "/";
                    levels.add(
                            new Level(prefix, below, new DirectoryCursor(trees, over, Key.of(""))));
                }
            }
        }
    }

    private static PfsException notADirectory(String path) {
        return new PfsException(
                ErrorCode.NOT_A_DIRECTORY, path + " is a file, not a directory", path);
    }

    @Override
    public boolean hasNext() {
        while (ahead.isEmpty() && !levels.isEmpty()) {
            Level level = levels.getLast();
            TreeNode leaf = level.over.next();
            if (leaf == null) {
                levels.removeLast();
            } else {
                lay(level, leaf.key(level.over.index()), leaf.entry(level.over.index()));
            }
        }
        return !ahead.isEmpty();
    }

    private void lay(Level level, Key key, Entry entry) {
        String path = level.prefix + key.name();
        switch (entry) {
            case DirectoryEntry directory -> {
                @Nullable Entry base = trees.lookup(level.base, key);
                directory(
                        path,
                        base != null ? base : trees.lookup(level.base, key.asFile()),
                        directory);
            }
            case FileEntry file -> {
                if (trees.lookup(level.base, key.asDirectory()) != null) {
                    throw new PfsException(
                            ErrorCode.IS_A_DIRECTORY, path + " is a directory", path);
                }
                ahead.add(Map.entry(path, new Edit.PutFile(file)));
            }
        }
    }

    @Override
    public Map.Entry<String, Edit> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ahead.removeFirst();
    }
}
