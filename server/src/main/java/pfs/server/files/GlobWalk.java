package pfs.server.files;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.repo.Snapshot;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;
import pfs.tree.TreePath;

/**
 * The files of a snapshot that match a pattern, in path order, found as they are asked for. Only
 * directories that can hold a match are read. Not thread-safe.
 */
final class GlobWalk implements Iterator<PathEntry> {
    private final Snapshot snapshot;
    private final GlobPattern pattern;
    private final Deque<Iterator<PathEntry>> levels = new ArrayDeque<>();
    private final int literals;
    private final boolean deep;
    private @Nullable PathEntry next;

    GlobWalk(Snapshot snapshot, GlobPattern pattern) {
        this.snapshot = snapshot;
        this.pattern = pattern;
        this.literals = pattern.literals();
        this.deep = pattern.deep() >= 0;
        String directory = pattern.prefix(literals);
        Optional<Entry> start =
                directory.isEmpty() ? Optional.of(snapshot.root()) : snapshot.find(directory);
        if (start.isPresent() && start.get() instanceof DirectoryEntry) {
            levels.push(snapshot.list(directory, "", deep));
        }
        next = find();
    }

    private @Nullable PathEntry find() {
        while (!levels.isEmpty()) {
            Iterator<PathEntry> level = levels.element();
            if (!level.hasNext()) {
                levels.pop();
                continue;
            }
            PathEntry entry = level.next();
            boolean matched = deep ? deeply(entry) : shallowly(entry);
            if (matched) {
                return entry;
            }
        }
        return null;
    }

    private boolean deeply(PathEntry entry) {
        return entry.entry() instanceof FileEntry && pattern.matchesPath(entry.path());
    }

    private boolean shallowly(PathEntry entry) {
        int segment = literals + levels.size() - 1;
        boolean last = segment == pattern.depth() - 1;
        if (!GlobPattern.matches(pattern.segment(segment), TreePath.name(entry.path()))) {
            return false;
        }
        return switch (entry.entry()) {
            case FileEntry _ -> last;
            case DirectoryEntry _ -> {
                if (!last) {
                    levels.push(snapshot.list(entry.path(), "", false));
                }
                yield false;
            }
        };
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public PathEntry next() {
        PathEntry found = next;
        if (found == null) {
            throw new NoSuchElementException();
        }
        next = find();
        return found;
    }
}
