package pfs.repo;

import pfs.object.ObjectInserter;
import pfs.tree.DirectoryEntry;
import pfs.tree.TreeEditor;
import pfs.tree.Trees;

/** Folds edits into trees. Thread-safe. A root is always an explicit directory. */
final class Folder {
    private final Trees trees;
    private final TreeEditor editor;
    private final DirectoryEntry empty;
    private final Leases leases;

    Folder(Trees trees, ObjectInserter inserter, Leases leases) {
        this.leases = leases;
        this.trees = trees;
        this.editor = new TreeEditor(trees, inserter);
        this.empty = root(editor.empty());
    }

    /** Whoever folds has one until what he folded is shown. */
    Leases leases() {
        return leases;
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
        return root(editor.overlay(base, directory, over));
    }

    static DirectoryEntry root(DirectoryEntry directory) {
        return new DirectoryEntry(directory.tree(), directory.files(), directory.bytes(), true);
    }
}
