package pfs.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * What one tree is made of and another is not: its nodes and files, as far as they differ from a
 * tree that is known. Equal directories and nodes are passed unread, so the cost follows what
 * differs. Memory is bounded by the depth of the tree. Not thread-safe.
 */
public final class TreeObjects {
    /** Directories below each other; a path of the longest has fewer. */
    private static final int MAX_DEPTH = 2 * TreePath.MAX_PATH;

    /** Is told what was found. */
    public interface Visitor {
        /** A node; true to read it and go on below it, which it must then be there for. */
        boolean node(ObjectId id);

        /** A file, and the one that the known tree has at its path, with other bytes; or null. */
        void file(FileEntry file, @Nullable FileEntry known);
    }

    /** A directory, and the known one at its path. */
    private record Level(@Nullable DiffSide known, DiffSide side) {}

    private final Trees trees;
    private final Visitor visitor;
    private final List<Level> levels = new ArrayList<>();

    private TreeObjects(Trees trees, Visitor visitor) {
        this.trees = trees;
        this.visitor = visitor;
    }

    /**
     * Tells the visitor of all that {@code root} has beside {@code known}; of some things twice.
     *
     * @param known null for none
     * @throws pfs.error.PfsException CORRUPT for a node that is not what names it
     */
    public static void walk(
            Trees trees, @Nullable DirectoryEntry known, DirectoryEntry root, Visitor visitor) {
        TreeObjects objects = new TreeObjects(trees, visitor);
        objects.directory(root, known);
        while (!objects.levels.isEmpty()) {
            if (!objects.step(objects.levels.getLast())) {
                objects.levels.removeLast();
            }
        }
    }

    private void directory(DirectoryEntry directory, @Nullable DirectoryEntry known) {
        if (known != null && known.tree().equals(directory.tree())) {
            return;
        }
        if (levels.size() >= MAX_DEPTH) {
            throw Trees.corrupt(directory.tree(), "is deeper than a path can be");
        }
        if (visitor.node(directory.tree())) {
            DiffSide before = known == null ? null : new DiffSide(trees, known);
            // Taken out when it is at its end, which is seen before it is looked at.
            levels.add(new Level(before, new DiffSide(trees, directory)));
        }
    }

    /** Goes on in one directory; false at its end. */
    private boolean step(Level level) {
        DiffSide side = level.side;
        DiffSide known = level.known;
        if (side.atEnd()) {
            return false;
        }
        if (known == null || known.atEnd()) {
            if (side.itemLevel() > 0) {
                open(side);
            } else {
                entry(side, null);
            }
        } else if (!TreeDiff.passEqualNodes(known, side)) {
            both(known, side);
        }
        return true;
    }

    private void both(DiffSide known, DiffSide side) {
        int left = known.itemLevel();
        int right = side.itemLevel();
        if (left > 0 || right > 0) {
            if (left >= right) {
                known.open();
            }
            if (right >= left) {
                open(side);
            }
            return;
        }
        int order = known.key().compareTo(side.key());
        if (order < 0) {
            known.pass();
        } else if (order > 0) {
            entry(side, null);
        } else {
            Entry before = known.entry();
            known.pass();
            entry(side, before);
        }
    }

    /** Opens the node at hand, or passes it if nobody wants to know what is in it. */
    private void open(DiffSide side) {
        int level = side.itemLevel() - 1;
        if (visitor.node(Objects.requireNonNull(side.beginning(level)))) {
            side.open();
        } else {
            side.passNode(level);
        }
    }

    private void entry(DiffSide side, @Nullable Entry known) {
        Entry entry = side.entry();
        side.pass();
        switch (entry) {
            case DirectoryEntry directory ->
                    directory(directory, known instanceof DirectoryEntry old ? old : null);
            case FileEntry file -> {
                FileEntry old = known instanceof FileEntry before ? before : null;
                if (old == null || !old.content().equals(file.content())) {
                    visitor.file(file, old);
                }
            }
        }
    }
}
