package pfs.repo;

import java.util.Iterator;
import java.util.Map;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectInserter;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreeEditor;
import pfs.tree.TreePath;
import pfs.tree.Trees;

/** Folds edits into trees. Thread-safe. A root is always an explicit directory. */
final class Folder {
    private final Trees trees;
    private final TreeEditor editor;
    private final DirectoryEntry empty;

    Folder(Trees trees, ObjectInserter inserter) {
        this.trees = trees;
        this.editor = new TreeEditor(trees, inserter);
        this.empty = root(editor.empty());
    }

    Trees trees() {
        return trees;
    }

    TreeEditor editor() {
        return editor;
    }

    DirectoryEntry empty() {
        return empty;
    }

    DirectoryEntry fold(DirectoryEntry work, Edits edits) {
        return edits.isEmpty() ? work : root(editor.apply(work, edits.paths()));
    }

    DirectoryEntry overlay(DirectoryEntry base, String directory, DirectoryEntry over) {
        Iterator<PathEntry> files = trees.list(over, "", "", true);
        Iterator<Map.Entry<String, Edit>> edits =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return files.hasNext();
                    }

                    @Override
                    public Map.Entry<String, Edit> next() {
                        PathEntry next = files.next();
                        String path = TreePath.join(directory, next.path());
                        return Map.entry(path, laid(base, path, next.entry()));
                    }
                };
        return root(editor.apply(base, edits));
    }

    private Edit laid(DirectoryEntry base, String path, Entry over) {
        Entry old = trees.find(base, path).orElse(null);
        return switch (over) {
            case FileEntry file -> {
                if (old instanceof DirectoryEntry) {
                    throw new PfsException(
                            ErrorCode.IS_A_DIRECTORY, "'" + path + "' is a directory", path);
                }
                yield new Edit.PutFile(file);
            }
            case DirectoryEntry _ -> {
                if (old instanceof FileEntry) {
                    throw new PfsException(
                            ErrorCode.NOT_A_DIRECTORY, "'" + path + "' is a file", path);
                }
                yield new Edit.MakeDirectory();
            }
        };
    }

    static DirectoryEntry root(DirectoryEntry directory) {
        return new DirectoryEntry(directory.tree(), directory.files(), directory.bytes(), true);
    }
}
