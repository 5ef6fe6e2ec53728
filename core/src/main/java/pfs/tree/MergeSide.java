package pfs.tree;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one side of a merge, in path order, with one of them in sight. A directory that
 * was removed whole is one change until the other side turns out to have changed something in it.
 * Not thread-safe.
 */
final class MergeSide {
    private final Trees trees;
    private final Deque<Iterator<Change>> changes = new ArrayDeque<>(2);
    private @Nullable Change ahead;

    MergeSide(Trees trees, Iterator<Change> changes) {
        this.trees = trees;
        this.changes.push(changes);
        advance();
    }

    private void advance() {
        while (!changes.isEmpty() && !changes.peek().hasNext()) {
            changes.pop();
        }
        ahead = changes.isEmpty() ? null : changes.peek().next();
    }

    boolean atEnd() {
        return ahead == null;
    }

    Change peek() {
        return Objects.requireNonNull(ahead);
    }

    void pass() {
        advance();
    }

    /** Takes the removed directory in sight apart if the other's change is in it. */
    boolean expandOver(Change other) {
        Change whole = peek();
        if (!(whole.before() instanceof DirectoryEntry gone)
                || whole.after() != null
                || !other.key().startsWith(whole.key())) {
            return false;
        }
        Iterator<PathEntry> inside = trees.list(gone, "", "", true);
        String prefix = whole.key();
        changes.push(
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return inside.hasNext();
                    }

                    @Override
                    public Change next() {
                        PathEntry entry = inside.next();
                        return new Change(prefix + entry.path(), entry.entry(), null);
                    }
                });
        advance();
        return true;
    }
}
