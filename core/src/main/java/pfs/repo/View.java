package pfs.repo;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreePath;
import pfs.tree.Trees;

/**
 * The files of a branch as they stand: a work tree, and newer edits over it. Immutable,
 * thread-safe. A single file is looked up in the edits and then in the tree; whatever needs a
 * directory as a whole folds the edits into the tree first, once.
 */
final class View implements Snapshot {
    private final Folder folder;
    private final DirectoryEntry work;
    private final Edits edits;
    private volatile @Nullable DirectoryEntry folded;
    private @Nullable View unstored;

    View(Folder folder, DirectoryEntry work, Edits edits) {
        this.folder = folder;
        this.work = work;
        this.edits = edits;
        this.folded = edits.isEmpty() ? work : null;
    }

    DirectoryEntry work() {
        return work;
    }

    Edits edits() {
        return edits;
    }

    View with(String key, Edit edit) {
        return new View(folder, work, edits.with(key, edit, folder.empty()));
    }

    View with(Journaled journaled) {
        return switch (journaled) {
            case Journaled.Edited(String key, Edit edit) -> with(key, edit);
            case Journaled.Replaced(DirectoryEntry root) -> new View(folder, root, Edits.NONE);
            case Journaled.Answered _ -> this;
        };
    }

    /** The same files, all in the work tree. */
    View folded() {
        return edits.isEmpty() ? this : new View(folder, root(), Edits.NONE);
    }

    /** The root directory, with the edits folded in. */
    @Override
    public DirectoryEntry root() {
        DirectoryEntry known = folded;
        return known != null ? known : fold();
    }

    private synchronized DirectoryEntry fold() {
        DirectoryEntry known = folded;
        if (known == null) {
            try (Lease _ = folder.leases().open()) {
                known = folder.fold(work, edits);
                folded = known;
            }
        }
        return known;
    }

    /**
     * These files for a reader: if the disk takes no more nodes, as a work tree that is in memory
     * only. Nothing that is stored may name what is in it.
     */
    View readable() {
        try {
            root();
            return this;
        } catch (PfsException e) {
            if (e.code() != ErrorCode.DISK_FULL && e.code() != ErrorCode.STOPPED) {
                throw e;
            }
            return unstored();
        }
    }

    private synchronized View unstored() {
        View known = unstored;
        if (known == null) {
            Folder memory = folder.inMemory();
            known = new View(memory, memory.fold(work, edits), Edits.NONE);
            unstored = known;
        }
        return known;
    }

    /** What reads these trees. */
    Trees trees() {
        return folder.trees();
    }

    /** The root directory if somebody has asked for it already; null if not. */
    @Nullable DirectoryEntry foldedOrNull() {
        return folded;
    }

    /**
     * These files over another work tree: {@code base} is an older view with the same work tree as
     * this one, and {@code newWork} stands for what it showed. What came after it stays as edits.
     */
    View rebase(View base, DirectoryEntry newWork) {
        if (!work.equals(base.work)) {
            throw new IllegalStateException("the work tree moved beside the branch's lock");
        }
        return new View(folder, newWork, edits.since(base.edits));
    }

    @Override
    public Iterator<PathEntry> list(String directory, String after, boolean recursive) {
        return folder.trees().list(root(), directory, after, recursive);
    }

    @Override
    public Optional<Entry> find(String path) {
        if (path.isEmpty()) {
            return Optional.of(root());
        }
        @Nullable FileEntry file = file(path);
        if (file != null) {
            return Optional.of(file);
        }
        if (edits.isEmpty() || untouched(path)) {
            return inTree(work, path).filter(DirectoryEntry.class::isInstance);
        }
        return inTree(root(), path);
    }

    /** The file at a path; null if there is none. */
    @Nullable FileEntry file(String path) {
        return file(path, folder.trees());
    }

    /** As {@link #file}, but without a disk; NotInMemoryException where one is needed. */
    @Nullable FileEntry fileInMemory(String path) {
        return file(path, folder.treesInMemory());
    }

    private @Nullable FileEntry file(String path, Trees trees) {
        if (!edits.isEmpty()) {
            switch (edits.get(path)) {
                case Edit.PutFile(FileEntry entry) -> {
                    return entry;
                }
                case Edit.DeleteFile _ -> {
                    return null;
                }
                case Edit.Graft _, Edit.DeleteDirectory _, Edit.MakeDirectory _ ->
                        throw new IllegalStateException("an edit of a directory at " + path);
                case null -> {}
            }
            for (String up = TreePath.parent(path); !up.isEmpty(); up = TreePath.parent(up)) {
                switch (edits.get(up + "/")) {
                    case Edit.Graft(DirectoryEntry graft) -> {
                        return fileIn(trees, graft, path.substring(up.length() + 1));
                    }
                    case Edit.DeleteDirectory _ -> {
                        return null;
                    }
                    case Edit.MakeDirectory _, Edit.PutFile _, Edit.DeleteFile _ -> {}
                    case null -> {}
                }
            }
        }
        return fileIn(trees, work, path);
    }

    /** True if a directory is there, also one that is only implied by the files below it. */
    boolean hasDirectory(String path) {
        if (path.isEmpty()) {
            return true;
        }
        if (edits.isEmpty() || untouched(path)) {
            return inTree(work, path).orElse(null) instanceof DirectoryEntry;
        }
        return surelyHasDirectory(path)
                || inTree(root(), path).orElse(null) instanceof DirectoryEntry;
    }

    /** True if an edit puts something at or below the directory; false says nothing. */
    private boolean surelyHasDirectory(String path) {
        @Nullable Edit own = edits.get(path + "/");
        if (own instanceof Edit.MakeDirectory) {
            return true;
        }
        for (Map.Entry<String, Edit> below : edits.below(path + "/").entrySet()) {
            if (below.getValue() instanceof Edit.PutFile
                    || below.getValue() instanceof Edit.MakeDirectory) {
                return true;
            }
            if (below.getValue() instanceof Edit.DeleteDirectory) {
                return false;
            }
        }
        return false;
    }

    /** True if no edit changes the directory or anything below or above it. */
    private boolean untouched(String path) {
        for (String up = path; !up.isEmpty(); up = TreePath.parent(up)) {
            @Nullable Edit edit = edits.get(up + "/");
            if (edit != null && !(edit instanceof Edit.MakeDirectory && !up.equals(path))) {
                return false;
            }
        }
        return edits.below(path + "/").isEmpty();
    }

    private static @Nullable FileEntry fileIn(Trees trees, DirectoryEntry root, String path) {
        return trees.find(root, path).orElse(null) instanceof FileEntry file ? file : null;
    }

    private Optional<Entry> inTree(DirectoryEntry root, String path) {
        return folder.trees().find(root, path);
    }
}
