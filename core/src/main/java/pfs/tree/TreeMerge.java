package pfs.tree;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The edits that bring what one side (theirs) changed since a common base into the other (ours): a
 * three-way merge by whole files. What only one side changed is taken from it; what both changed to
 * the same content is no conflict; anything else at one path is a conflict, and so is a file on one
 * side where the other has made a directory. Renames are not followed. The cost follows the two
 * sides' changes. Run through {@link TreeEditor#apply} on ours, then ask for {@link #conflicts}: if
 * there are any, the result is to be dropped. Not thread-safe.
 */
public final class TreeMerge implements Iterator<Map.Entry<String, Edit>> {
    /** Conflicts that are kept; beyond it they are only counted. */
    public static final int MAX_CONFLICTS = 10_000;

    /** What to do where both sides changed one path. */
    public enum Choice {
        /** Nothing: it is a conflict. */
        NONE,
        OURS,
        THEIRS,
        /** As it was before both: for a base made of two bases. */
        BASE
    }

    /**
     * Both sides changed a path, each in its way.
     *
     * @param base what was there before; null for nothing, as in the other two
     */
    public record Conflict(
            String path, @Nullable Entry base, @Nullable Entry ours, @Nullable Entry theirs) {}

    private final Trees trees;
    private final DirectoryEntry base;
    private final DirectoryEntry ours;
    private final Function<String, Choice> choices;
    private final MergeSide left;
    private final MergeSide right;

    /** What differs within a directory that both sides have added; paths below {@link #prefix}. */
    private Iterator<Change> union = Collections.emptyIterator();

    private String prefix = "";
    private final Deque<Map.Entry<String, Edit>> ahead = new ArrayDeque<>(1);
    private final Map<String, Conflict> conflicts = new LinkedHashMap<>();

    /**
     * @param choices asked for each path that is in conflict
     */
    public TreeMerge(
            Trees trees,
            DirectoryEntry base,
            DirectoryEntry ours,
            DirectoryEntry theirs,
            Function<String, Choice> choices) {
        this.trees = trees;
        this.base = base;
        this.ours = ours;
        this.choices = choices;
        this.left = new MergeSide(trees, TreeDiff.changes(trees, base, ours, ""));
        this.right = new MergeSide(trees, TreeDiff.changes(trees, base, theirs, ""));
    }

    /** The conflicts so far, in path order and at most {@link #MAX_CONFLICTS}; all at the end. */
    public List<Conflict> conflicts() {
        return List.copyOf(conflicts.values());
    }

    @Override
    public boolean hasNext() {
        while (ahead.isEmpty()) {
            if (union.hasNext()) {
                both(prefixed(union.next()));
            } else if (right.atEnd()) {
                return false;
            } else {
                step();
            }
        }
        return true;
    }

    /** Takes the next change of either side, or of both at one path. */
    private void step() {
        Change theirs = right.peek();
        if (left.atEnd()) {
            right.pass();
            take(theirs);
            return;
        }
        Change own = left.peek();
        int order = TreePath.order(own.key(), theirs.key());
        if (order < 0) {
            if (!left.expandOver(theirs)) {
                left.pass();
            }
        } else if (order > 0) {
            if (!right.expandOver(own)) {
                right.pass();
                take(theirs);
            }
        } else if (own.before() instanceof DirectoryEntry
                && (own.after() != null || theirs.after() != null)) {
            flags(own, theirs);
        } else {
            left.pass();
            right.pass();
            samePath(own, theirs);
        }
    }

    /**
     * One directory, which one side has made explicit or implicit; the other side's may be gone.
     */
    private void flags(Change own, Change theirs) {
        if (own.after() != null) {
            left.pass();
        }
        if (theirs.after() != null) {
            right.pass();
            take(theirs);
        }
    }

    private void samePath(Change own, Change theirs) {
        if (own.after() instanceof DirectoryEntry mine
                && theirs.after() instanceof DirectoryEntry other) {
            if (other.explicit() && !mine.explicit()) {
                ahead.add(Map.entry(own.path(), new Edit.MakeDirectory()));
            }
            union = TreeDiff.changes(trees, mine, other, "");
            prefix = own.path() + "/";
        } else if (own.after() instanceof FileEntry || theirs.after() instanceof FileEntry) {
            boolean same =
                    own.after() instanceof FileEntry mine
                            && theirs.after() instanceof FileEntry other
                            && mine.sameContent(other);
            if (!same) {
                conflict(own.path(), own.before(), own.after(), theirs.after());
            }
        }
    }

    private Change prefixed(Change change) {
        return new Change(prefix + change.path(), change.before(), change.after());
    }

    /** A difference within a directory that both have added: "before" is ours. */
    private void both(Change change) {
        if (change.path().equals(prefix)) {
            return;
        }
        if (change.before() == null) {
            take(change);
        } else if (change.before() instanceof FileEntry && change.after() instanceof FileEntry) {
            conflict(change.path(), null, change.before(), change.after());
        } else if (change.after() instanceof DirectoryEntry other && other.explicit()) {
            ahead.add(Map.entry(change.path(), new Edit.MakeDirectory()));
        }
    }

    /** Takes what only they have changed, if it fits beside what we have. */
    private void take(Change theirs) {
        switch (theirs.after()) {
            case null ->
                    ahead.add(
                            Map.entry(
                                    theirs.path(),
                                    theirs.before() instanceof DirectoryEntry
                                            ? new Edit.DeleteDirectory()
                                            : new Edit.DeleteFile()));
            case FileEntry file -> {
                if (theirs.before() != null || fits(theirs)) {
                    ahead.add(Map.entry(theirs.path(), new Edit.PutFile(file)));
                }
            }
            case DirectoryEntry directory -> {
                if (theirs.before() == null && fits(theirs)) {
                    ahead.add(Map.entry(theirs.path(), new Edit.Graft(directory)));
                } else if (theirs.before() != null && directory.explicit()) {
                    ahead.add(Map.entry(theirs.path(), new Edit.MakeDirectory()));
                }
            }
        }
    }

    /** False if the name, or one above it, is of the other kind on our side and stays so. */
    private boolean fits(Change added) {
        String path = added.path();
        if (added.after() instanceof FileEntry && directoryStays(path)) {
            return clash(path, path, added);
        }
        if (added.after() instanceof DirectoryEntry && fileStays(path)) {
            return clash(path, path, added);
        }
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            String above = path.substring(0, slash);
            if (fileStays(above)) {
                return clash(above, path, added);
            }
        }
        return true;
    }

    /** True if we have a file there that they have not deleted by having a directory there. */
    private boolean fileStays(String path) {
        if (!(trees.find(ours, path).orElse(null) instanceof FileEntry mine)) {
            return false;
        }
        return !(trees.find(base, path).orElse(null) instanceof FileEntry old)
                || !old.sameContent(mine);
    }

    /** True if we have a directory there with more in it than they have deleted. */
    private boolean directoryStays(String path) {
        if (!(find(ours, path + "/") instanceof DirectoryEntry mine)) {
            return false;
        }
        if (!(find(base, path + "/") instanceof DirectoryEntry old)) {
            return true;
        }
        Iterator<Change> changes = TreeDiff.changes(trees, old, mine, "");
        while (changes.hasNext()) {
            if (changes.next().after() != null) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Entry find(DirectoryEntry root, String directory) {
        return trees.find(root, directory.substring(0, directory.length() - 1)).orElse(null);
    }

    private boolean clash(String at, String path, Change added) {
        return switch (choices.apply(path)) {
            case THEIRS -> true;
            case OURS, BASE -> false;
            case NONE -> {
                @Nullable Entry mine = trees.find(ours, at).orElse(null);
                keep(new Conflict(at, trees.find(base, at).orElse(null), mine, added.after()));
                yield false;
            }
        };
    }

    private void conflict(
            String path, @Nullable Entry old, @Nullable Entry mine, @Nullable Entry other) {
        switch (choices.apply(path)) {
            case NONE -> keep(new Conflict(path, old, mine, other));
            case OURS -> {}
            case THEIRS -> ahead.add(Map.entry(path, edit(other)));
            case BASE -> ahead.add(Map.entry(path, edit(old)));
        }
    }

    private static Edit edit(@Nullable Entry entry) {
        return entry instanceof FileEntry file ? new Edit.PutFile(file) : new Edit.DeleteFile();
    }

    private void keep(Conflict conflict) {
        if (conflicts.size() < MAX_CONFLICTS) {
            conflicts.putIfAbsent(conflict.path(), conflict);
        }
    }

    @Override
    public Map.Entry<String, Edit> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return Objects.requireNonNull(ahead.poll());
    }
}
