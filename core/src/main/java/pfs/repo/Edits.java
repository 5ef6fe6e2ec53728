package pfs.repo;

import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.TreePath;

/**
 * Edits of one branch that are not yet folded into its work tree, by key: a file's path, or a
 * directory's path and a slash. Immutable; each change gives a new value that shares all but O(log
 * n) with the old one, so a reader keeps what it saw.
 *
 * <p>Invariant: an edit below a directory's key is newer than the edit of the directory.
 */
final class Edits {
    static final Edits NONE = new Edits(TreePMap.empty(TreePath::order));

    private final TreePMap<String, Edit> map;

    private Edits(TreePMap<String, Edit> map) {
        this.map = map;
    }

    static String keyOf(String path, Edit edit) {
        return edit.ofDirectory() ? path + "/" : path;
    }

    @Nullable Edit get(String key) {
        return map.get(key);
    }

    /** All, in the order of the keys. */
    java.util.Set<Map.Entry<String, Edit>> all() {
        return map.entrySet();
    }

    int size() {
        return map.size();
    }

    boolean isEmpty() {
        return map.isEmpty();
    }

    /** Paths and edits, in the order of the keys: what a TreeEditor takes. */
    Iterator<Map.Entry<String, Edit>> paths() {
        return paths(map.entrySet().iterator());
    }

    /** Keys to paths: without the slash of a directory. */
    static Iterator<Map.Entry<String, Edit>> paths(Iterator<Map.Entry<String, Edit>> keyed) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return keyed.hasNext();
            }

            @Override
            public Map.Entry<String, Edit> next() {
                Map.Entry<String, Edit> e = keyed.next();
                String key = e.getKey();
                return e.getValue().ofDirectory()
                        ? Map.entry(key.substring(0, key.length() - 1), e.getValue())
                        : e;
            }
        };
    }

    /** The edits strictly below a directory, whose key ends with a slash; "/" is the root. */
    NavigableMap<String, Edit> below(String directoryKey) {
        if (directoryKey.equals("/")) {
            return map;
        }
        return map.subMap(directoryKey, false, afterDirectory(directoryKey), false);
    }

    /**
     * These edits and one more, which is the newest.
     *
     * @param nothing an explicit directory with nothing in it
     */
    Edits with(String key, Edit edit, DirectoryEntry nothing) {
        return switch (edit) {
            case Edit.PutFile _, Edit.DeleteFile _ -> new Edits(map.plus(key, edit));
            case Edit.Graft _, Edit.DeleteDirectory _ ->
                    new Edits(without(below(key)).plus(key, edit));
            case Edit.MakeDirectory _ -> withDirectoryMade(key, edit, nothing);
        };
    }

    /**
     * A directory that is made where an older edit removed or grafted it keeps that edit's meaning:
     * a deletion is the graft of nothing, and a graft stays one, explicit now.
     */
    private Edits withDirectoryMade(String key, Edit edit, DirectoryEntry nothing) {
        Edit made =
                switch (map.get(key)) {
                    case Edit.Graft(DirectoryEntry graft) ->
                            new Edit.Graft(
                                    new DirectoryEntry(
                                            graft.tree(), graft.files(), graft.bytes(), true));
                    case Edit.DeleteDirectory _ -> new Edit.Graft(nothing);
                    case Edit.MakeDirectory _, Edit.PutFile _, Edit.DeleteFile _ -> edit;
                    case null -> edit;
                };
        return new Edits(map.plus(key, made));
    }

    /** What is here and not, as the same value, in an older state: what came after it. */
    Edits since(Edits older) {
        if (older.isEmpty()) {
            return this;
        }
        TreePMap<String, Edit> rest = TreePMap.empty(TreePath::order);
        for (Map.Entry<String, Edit> e : map.entrySet()) {
            if (older.map.get(e.getKey()) != e.getValue()) {
                rest = rest.plus(e.getKey(), e.getValue());
            }
        }
        return new Edits(rest);
    }

    private TreePMap<String, Edit> without(NavigableMap<String, Edit> gone) {
        return gone.isEmpty() ? map : map.minusAll(gone.keySet());
    }

    /** The first key after all that are below a directory: the slash becomes the next character. */
    static String afterDirectory(String directoryKey) {
        return directoryKey.substring(0, directoryKey.length() - 1) + '0';
    }
}
