package pfs.tree;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * The differences of two trees in path order, found as they are asked for. Equal directories and
 * equal nodes within directories are passed unread, so the cost follows what differs and not what
 * is there. Files are compared by content: a new time alone is no difference. Not thread-safe.
 */
public final class TreeDiff implements Iterator<Change> {
    /** A directory that is there on both sides. */
    private record Level(String prefix, DiffSide before, DiffSide after) {}

    private final Trees trees;
    private final List<Level> levels = new ArrayList<>();

    /** Found and not asked for yet: two at most. */
    private final List<Change> ahead = new ArrayList<>(2);

    /** The directory to descend into when what is ahead is gone. */
    private @Nullable Level pending;

    private TreeDiff(Trees trees) {
        this.trees = trees;
    }

    /**
     * All changes at and below a path, "" for the root; a directory that was added or removed is
     * one change.
     */
    public static Iterator<Change> changes(
            Trees trees, DirectoryEntry before, DirectoryEntry after, String path) {
        TreeDiff diff = new TreeDiff(trees);
        if (path.isEmpty()) {
            diff.pair("", before, after);
            return diff;
        }
        @Nullable Entry old = trees.find(before, path).orElse(null);
        @Nullable Entry now = trees.find(after, path).orElse(null);
        boolean oldDirectory = old instanceof DirectoryEntry;
        boolean nowDirectory = now instanceof DirectoryEntry;
        if (old != null && now != null && oldDirectory != nowDirectory) {
            Change gone = new Change(path, old, null);
            Change come = new Change(path, null, now);
            diff.ahead.add(oldDirectory ? come : gone);
            diff.ahead.add(oldDirectory ? gone : come);
        } else if (old != null || now != null) {
            diff.pair(path, old, now);
        }
        return diff;
    }

    /**
     * As {@link #changes}, but of files only: those of an added or removed directory one by one.
     */
    public static Iterator<Change> files(
            Trees trees, DirectoryEntry before, DirectoryEntry after, String path) {
        return new FileChanges(trees, changes(trees, before, after, path));
    }

    /** Compares what is at one path on both sides: two files, two directories, or one of either. */
    private void pair(String path, @Nullable Entry before, @Nullable Entry after) {
        if (before instanceof FileEntry old && after instanceof FileEntry now) {
            if (!old.sameContent(now)) {
                ahead.add(new Change(path, old, now));
            }
        } else if (before instanceof DirectoryEntry old && after instanceof DirectoryEntry now) {
            if (old.explicit() != now.explicit()) {
                ahead.add(new Change(path, old, now));
            }
            if (!old.tree().equals(now.tree())) {
                pending = descend(path, old, now);
            }
        } else {
            ahead.add(new Change(path, before, after));
        }
    }

    private Level descend(String path, DirectoryEntry before, DirectoryEntry after) {
        if (path.length() > 2 * TreePath.MAX_PATH) {
            throw Trees.corrupt(before.tree(), "is deeper than a path can be");
        }
        String prefix = path.isEmpty() ? "" : path + "/";
        return new Level(prefix, new DiffSide(trees, before), new DiffSide(trees, after));
    }

    @Override
    public boolean hasNext() {
        while (ahead.isEmpty()) {
            if (pending != null) {
                levels.add(pending);
                pending = null;
            } else if (levels.isEmpty()) {
                return false;
            } else if (!step(levels.getLast())) {
                levels.removeLast();
            }
        }
        return true;
    }

    /** Goes on in one directory; false at its end. */
    private boolean step(Level level) {
        DiffSide before = level.before;
        DiffSide after = level.after;
        if (before.atEnd() && after.atEnd()) {
            return false;
        }
        if (before.atEnd() || after.atEnd()) {
            oneSided(level, before.atEnd() ? after : before, after.atEnd());
        } else if (!passEqualNodes(before, after)) {
            int left = before.itemLevel();
            int right = after.itemLevel();
            if (left == 0 && right == 0) {
                entries(level);
            } else {
                if (left >= right) {
                    before.open();
                }
                if (right >= left) {
                    after.open();
                }
            }
        }
        return true;
    }

    /** Passes a node that begins here on both sides; false if there is none. */
    static boolean passEqualNodes(DiffSide before, DiffSide after) {
        for (int level = Math.min(before.highest(), after.highest()); level >= 0; level--) {
            @Nullable ObjectId left = before.beginning(level);
            @Nullable ObjectId right = after.beginning(level);
            if (left != null && right != null && left.equals(right)) {
                before.passNode(level);
                after.passNode(level);
                return true;
            }
        }
        return false;
    }

    private void oneSided(Level level, DiffSide side, boolean isBefore) {
        if (side.itemLevel() > 0) {
            side.open();
        } else {
            single(level, side, isBefore);
        }
    }

    private void single(Level level, DiffSide side, boolean isBefore) {
        String path = level.prefix + side.key().name();
        Entry entry = side.entry();
        side.pass();
        ahead.add(isBefore ? new Change(path, entry, null) : new Change(path, null, entry));
    }

    private void entries(Level level) {
        Key left = level.before.key();
        int order = left.compareTo(level.after.key());
        if (order != 0) {
            single(level, order < 0 ? level.before : level.after, order < 0);
            return;
        }
        Entry before = level.before.entry();
        Entry after = level.after.entry();
        level.before.pass();
        level.after.pass();
        pair(level.prefix + left.name(), before, after);
    }

    @Override
    public Change next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return ahead.removeFirst();
    }

    /** Changes with whole directories taken apart into their files. */
    private static final class FileChanges implements Iterator<Change> {
        private final Trees trees;
        private final Iterator<Change> changes;
        private Iterator<PathEntry> inside = Collections.emptyIterator();
        private String prefix = "";
        private boolean removed;
        private @Nullable Change ahead;

        FileChanges(Trees trees, Iterator<Change> changes) {
            this.trees = trees;
            this.changes = changes;
        }

        @Override
        public boolean hasNext() {
            while (ahead == null && (inside.hasNext() || changes.hasNext())) {
                if (inside.hasNext()) {
                    PathEntry next = inside.next();
                    if (next.entry() instanceof FileEntry file) {
                        String path = prefix + next.path();
                        ahead =
                                removed
                                        ? new Change(path, file, null)
                                        : new Change(path, null, file);
                    }
                } else {
                    change(changes.next());
                }
            }
            return ahead != null;
        }

        private void change(Change change) {
            boolean both = change.before() != null && change.after() != null;
            switch (change.before() != null ? change.before() : change.after()) {
                case DirectoryEntry whole -> {
                    if (!both) {
                        prefix = change.path() + "/";
                        removed = change.after() == null;
                        inside = trees.list(whole, "", "", true);
                    }
                }
                case FileEntry _ -> ahead = change;
                case null -> throw new IllegalStateException("a change of nothing");
            }
        }

        @Override
        public Change next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Change next = Objects.requireNonNull(ahead);
            ahead = null;
            return next;
        }
    }
}
