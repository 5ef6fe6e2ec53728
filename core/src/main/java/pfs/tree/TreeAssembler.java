package pfs.tree;

import java.util.Map;
import java.util.TreeMap;

/**
 * Makes a tree from files and directories that come in any order, as in a tar. It gathers what
 * comes up to a bound of memory, then applies it; input that is more or less sorted costs no more
 * than sorted input, and input at random rewrites the tree once for each time the bound is reached.
 * Of two files at one path the later stays. Not thread-safe.
 */
public final class TreeAssembler {
    /** Bytes of heap for an edit with its file, without the texts. */
    private static final int FIXED = 260;

    private final TreeEditor editor;
    private final long capacity;
    private final TreeMap<String, Map.Entry<String, Edit>> pending = new TreeMap<>(TreePath::order);
    private long held;
    private DirectoryEntry root;

    /**
     * @param capacity bytes of heap, about, for what is gathered; 32 MiB hold 80,000 files
     */
    public TreeAssembler(TreeEditor editor, long capacity) {
        this.editor = editor;
        this.capacity = capacity;
        this.root = editor.empty();
    }

    /**
     * Adds a file.
     *
     * @throws pfs.error.PfsException NOT_A_DIRECTORY or IS_A_DIRECTORY, now or later, if a file and
     *     a directory were added at one path; INVALID_NAME, OVER_LIMIT
     */
    public void file(String path, FileEntry entry) {
        add(path, path, new Edit.PutFile(entry), NodeCut.attached(entry));
    }

    /** Adds a directory, explicit and perhaps empty; errors as of {@link #file}. */
    public void directory(String path) {
        add(path + "/", path, new Edit.MakeDirectory(), 0);
    }

    private void add(String key, String path, Edit edit, int attached) {
        TreePath.verify(path);
        if (pending.put(key, Map.entry(path, edit)) == null) {
            held += FIXED + path.length() + attached;
        }
        if (held > capacity) {
            apply();
        }
    }

    private void apply() {
        root = editor.applyToNew(root, pending.values().iterator());
        pending.clear();
        held = 0;
    }

    /** The tree of all that was added; its nodes are inserted, not flushed. */
    public DirectoryEntry finish() {
        apply();
        return root;
    }
}
