package pfs.repo;

import pfs.object.ObjectInserter;
import pfs.object.ObjectReader;
import pfs.object.ObjectsInMemory;
import pfs.tree.DirectoryEntry;
import pfs.tree.TreeEditor;
import pfs.tree.Trees;

/** Folds edits into trees. Thread-safe. A root is always an explicit directory. */
final class Folder {
    private static final long CACHE_IN_MEMORY = 4L << 20;

    private final Trees trees;
    private final Trees inMemory;
    private final TreeEditor editor;
    private final DirectoryEntry empty;
    private final Leases leases;
    private final ObjectReader reader;

    Folder(Trees trees, ObjectReader reader, ObjectInserter inserter, Leases leases) {
        this.reader = reader;
        this.leases = leases;
        this.trees = trees;
        this.inMemory = trees.inMemory();
        this.editor = new TreeEditor(trees, inserter);
        this.empty = root(editor.empty());
    }

    /** One whose trees are only looked at: none of its nodes is stored. */
    Folder inMemory() {
        ObjectsInMemory objects = new ObjectsInMemory(reader);
        return new Folder(new Trees(objects, CACHE_IN_MEMORY), objects, objects, leases);
    }

    /** Whoever folds has one until what he folded is shown. */
    Leases leases() {
        return leases;
    }

    Trees trees() {
        return trees;
    }

    /** The trees, without a disk: see {@link Trees#inMemory}. */
    Trees treesInMemory() {
        return inMemory;
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
