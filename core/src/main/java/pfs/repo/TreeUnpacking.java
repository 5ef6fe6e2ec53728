package pfs.repo;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.FileEntry;
import pfs.tree.TreePath;

/**
 * Builds a tree by itself from files in any order, a few thousand at a time, and hands it over
 * whole.
 */
final class TreeUnpacking implements Repo.Unpacking {
    /** Entries that are sorted in memory before they are folded into the tree. */
    private static final int BATCH = 16_384;

    private final Folder folder;
    private final String directory;
    private final Consumer<DirectoryEntry> whole;
    private final TreeMap<String, Edit> batch = new TreeMap<>(TreePath::order);
    private DirectoryEntry tree;
    private boolean closed;

    TreeUnpacking(Folder folder, String directory, Consumer<DirectoryEntry> whole) {
        this.folder = folder;
        this.directory = directory;
        this.whole = whole;
        this.tree = folder.empty();
    }

    @Override
    public void file(String path, FileEntry entry) {
        verify(path);
        add(path, new Edit.PutFile(entry));
    }

    @Override
    public void directory(String path) {
        verify(path);
        add(path + "/", new Edit.MakeDirectory());
    }

    private void verify(String path) {
        TreePath.verify(path);
        TreePath.verify(TreePath.join(directory, path));
    }

    private void add(String key, Edit edit) {
        if (closed) {
            throw new IllegalStateException("this unpacking is closed");
        }
        batch.put(key, edit);
        if (batch.size() >= BATCH) {
            foldBatch();
        }
    }

    private void foldBatch() {
        Iterator<Map.Entry<String, Edit>> edits = Edits.paths(batch.entrySet().iterator());
        tree = Folder.root(folder.editor().apply(tree, edits));
        batch.clear();
    }

    @Override
    public void finish() {
        foldBatch();
        closed = true;
        whole.accept(tree);
    }

    @Override
    public void close() {
        closed = true;
        batch.clear();
    }
}
