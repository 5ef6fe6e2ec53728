package pfs.repo;

import java.util.Iterator;
import java.util.Optional;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.PathEntry;

/** A view that, when it had to fold many edits, saves the next reader the work. */
final class FoldingSnapshot implements Snapshot {
    private final Branches branches;
    private final Branch branch;
    private final View view;

    FoldingSnapshot(Branches branches, Branch branch, View view) {
        this.branches = branches;
        this.branch = branch;
        this.view = view;
    }

    @Override
    public Optional<Entry> find(String path) {
        return view.find(path);
    }

    @Override
    public Iterator<PathEntry> list(String directory, String after, boolean recursive) {
        root();
        return view.list(directory, after, recursive);
    }

    @Override
    public DirectoryEntry root() {
        if (branch.state().view() == view) {
            branches.fold(branch);
        }
        return view.root();
    }
}
