package pfs.repo;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.TreePath;

/**
 * Decides what an operation does to a branch as it stands: refuses it by a PfsException, or answers
 * the new view and what the journal must say. Pure but for reads of trees (and nodes that folding
 * writes).
 */
final class Evaluator {
    private final Folder folder;

    Evaluator(Folder folder) {
        this.folder = folder;
    }

    /**
     * An accepted operation.
     *
     * @param created whether the path was empty before
     */
    record Step(View view, List<Journaled> journaled, boolean created) {}

    Step evaluate(View view, Operation operation) {
        return switch (operation) {
            case Operation.Put put -> put(view, put);
            case Operation.Delete delete -> delete(view, delete);
            case Operation.MakeDirectory make -> makeDirectory(view, make.path());
            case Operation.Copy copy -> copy(view, copy);
            case Operation.Move move -> move(view, move);
            case Operation.Overlay overlay -> overlay(view, overlay);
            case Operation.Replace replace -> replaced(view, replace.root());
            case Operation.Unstage unstage -> unstage(view, unstage);
        };
    }

    private static Step edited(View view, String key, Edit edit, boolean created) {
        return new Step(view.with(key, edit), List.of(new Journaled.Edited(key, edit)), created);
    }

    private static Step replaced(View view, DirectoryEntry root) {
        Journaled journaled = new Journaled.Replaced(root);
        return new Step(view.with(journaled), List.of(journaled), true);
    }

    private static Step put(View view, Operation.Put put) {
        @Nullable FileEntry old = view.file(put.path());
        check(put.precondition(), put.path(), old);
        if (old == null) {
            refuseUnderFile(view, put.path());
            refuseDirectory(view, put.path());
        }
        return edited(view, put.path(), new Edit.PutFile(put.entry()), old == null);
    }

    private static Step delete(View view, Operation.Delete delete) {
        String path = delete.path();
        @Nullable FileEntry old = view.file(path);
        check(delete.precondition(), path, old);
        if (old != null) {
            return edited(view, path, new Edit.DeleteFile(), false);
        }
        if (!view.hasDirectory(path)) {
            throw missing(path);
        }
        if (!delete.recursive()) {
            throw new PfsException(
                    ErrorCode.NOT_EMPTY,
                    "'" + path + "' is a directory; add ?recursive to delete all that is in it",
                    path);
        }
        return edited(view, path + "/", new Edit.DeleteDirectory(), false);
    }

    private static Step makeDirectory(View view, String path) {
        if (view.file(path) != null) {
            throw exists(path, "a file");
        }
        refuseUnderFile(view, path);
        boolean there = view.hasDirectory(path);
        return edited(view, path + "/", new Edit.MakeDirectory(), !there);
    }

    private Step copy(View view, Operation.Copy copy) {
        Entry source = source(view, copy.source(), copy.from());
        return place(view, source, copy.to());
    }

    private Step move(View view, Operation.Move move) {
        String from = move.from();
        String to = move.to();
        Entry source = source(view, null, from);
        if (from.isEmpty() || to.equals(from) || to.startsWith(from + "/")) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "'" + from + "' cannot be moved to '" + to + "'", from);
        }
        boolean ofFile = source instanceof FileEntry;
        String goneKey = ofFile ? from : from + "/";
        Edit gone = ofFile ? new Edit.DeleteFile() : new Edit.DeleteDirectory();
        Step placed = place(view, source, to);
        return new Step(
                placed.view().with(goneKey, gone),
                List.of(placed.journaled().getFirst(), new Journaled.Edited(goneKey, gone)),
                true);
    }

    private Entry source(View view, @Nullable DirectoryEntry other, String from) {
        Optional<Entry> found = other == null ? view.find(from) : folder.trees().find(other, from);
        return found.orElseThrow(() -> missing(from));
    }

    private static Step place(View view, Entry source, String to) {
        if (view.file(to) != null) {
            throw exists(to, "a file");
        }
        refuseUnderFile(view, to);
        if (view.hasDirectory(to)) {
            throw exists(to, "a directory");
        }
        return switch (source) {
            case FileEntry file -> edited(view, to, new Edit.PutFile(file), true);
            case DirectoryEntry directory ->
                    edited(view, to + "/", new Edit.Graft(explicit(directory)), true);
        };
    }

    /** A copy of an empty directory must be there though nothing is in it. */
    private static DirectoryEntry explicit(DirectoryEntry directory) {
        return directory.files() > 0 ? directory : new DirectoryEntry(directory.tree(), 0, 0, true);
    }

    private Step overlay(View view, Operation.Overlay overlay) {
        String directory = overlay.directory();
        if (!directory.isEmpty()) {
            if (view.file(directory) != null) {
                throw new PfsException(
                        ErrorCode.NOT_A_DIRECTORY, "'" + directory + "' is a file", directory);
            }
            refuseUnderFile(view, directory);
            if (!view.hasDirectory(directory)) {
                return edited(view, directory + "/", new Edit.Graft(unpacked(overlay)), true);
            }
        }
        return replaced(view, folder.overlay(view.root(), directory, overlay.tree()));
    }

    /** A directory that comes with its files goes with them. */
    private static DirectoryEntry unpacked(Operation.Overlay overlay) {
        DirectoryEntry tree = overlay.tree();
        return new DirectoryEntry(tree.tree(), tree.files(), tree.bytes(), tree.files() == 0);
    }

    private Step unstage(View view, Operation.Unstage unstage) {
        String path = unstage.path();
        @Nullable Entry inHead = folder.trees().find(unstage.head(), path).orElse(null);
        boolean asFile = view.file(path) != null;
        boolean asDirectory = !asFile && view.hasDirectory(path);
        if (inHead == null && !asFile && !asDirectory) {
            throw missing(path);
        }
        View at = view.folded();
        if (asFile) {
            at = at.with(path, new Edit.DeleteFile());
        } else if (asDirectory) {
            at = at.with(path + "/", new Edit.DeleteDirectory());
        }
        switch (inHead) {
            case null -> {}
            case FileEntry file -> {
                refuseUnderFile(at, path);
                at = at.with(path, new Edit.PutFile(file));
            }
            case DirectoryEntry directory -> {
                refuseUnderFile(at, path);
                at = at.with(path + "/", new Edit.Graft(directory));
            }
        }
        return replaced(view, at.root());
    }

    private static void refuseUnderFile(View view, String path) {
        for (String up = TreePath.parent(path); !up.isEmpty(); up = TreePath.parent(up)) {
            if (view.file(up) != null) {
                throw new PfsException(
                        ErrorCode.NOT_A_DIRECTORY,
                        "'" + up + "' is a file, so nothing can be at '" + path + "'",
                        up);
            }
        }
    }

    private static void refuseDirectory(View view, String path) {
        if (view.hasDirectory(path)) {
            throw new PfsException(ErrorCode.IS_A_DIRECTORY, "'" + path + "' is a directory", path);
        }
    }

    private static void check(
            Precondition precondition, String path, @Nullable FileEntry existing) {
        boolean holds =
                switch (precondition) {
                    case Precondition.None _ -> true;
                    case Precondition.Create _ -> {
                        if (existing != null) {
                            throw exists(path, "a file");
                        }
                        yield true;
                    }
                    case Precondition.Absent _ -> existing == null;
                    case Precondition.Present _ -> existing != null;
                    case Precondition.Matches(var ids) ->
                            existing != null && ids.contains(existing.content().id());
                    case Precondition.Differs(var ids) ->
                            existing == null || !ids.contains(existing.content().id());
                };
        if (!holds) {
            throw new PfsException(
                    ErrorCode.PRECONDITION_FAILED,
                    existing == null
                            ? "there is no file '" + path + "'"
                            : "'" + path + "' is " + existing.content().id() + " now",
                    path);
        }
    }

    private static PfsException exists(String path, String what) {
        return new PfsException(
                ErrorCode.EXISTS, "there is " + what + " at '" + path + "' already", path);
    }

    private static PfsException missing(String path) {
        return new PfsException(
                ErrorCode.NO_SUCH_PATH, "there is no file or directory '" + path + "'", path);
    }
}
