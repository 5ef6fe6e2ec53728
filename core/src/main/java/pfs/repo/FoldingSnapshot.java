package pfs.repo;

import java.util.Iterator;
import java.util.Optional;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.PathEntry;
import pfs.tree.Trees;

/**
 * A branch as it stands, for readers. When many edits had to be folded it saves the next reader the
 * work; when the disk takes nothing more it folds in memory, so that reads go on.
 */
final class FoldingSnapshot implements Snapshot {
    private final Branches branches;
    private final Branch branch;
    private final View view;
    private final boolean worthFolding;

    FoldingSnapshot(Branches branches, Branch branch, View view, boolean worthFolding) {
        this.branches = branches;
        this.branch = branch;
        this.view = view;
        this.worthFolding = worthFolding;
    }

    @Override
    public Optional<Entry> find(String path) {
        try {
            return view.find(path);
        } catch (PfsException e) {
            View readable = view.readable();
            if (readable == view) {
                throw e;
            }
            return readable.find(path);
        }
    }

    @Override
    public Iterator<PathEntry> list(String directory, String after, boolean recursive) {
        return readable().list(directory, after, recursive);
    }

    @Override
    public DirectoryEntry root() {
        return readable().root();
    }

    /** What reads the tree of a snapshot's root. */
    static Trees trees(Snapshot snapshot, Folder folder) {
        return snapshot instanceof FoldingSnapshot shown
                ? shown.readable().trees()
                : folder.trees();
    }

    private View readable() {
        if (worthFolding && branch.state().view() == view) {
            try {
                branches.fold(branch);
            } catch (PfsException e) {
                // The next line finds out whether this reader needs it.
            }
        }
        return view.readable();
    }
}
