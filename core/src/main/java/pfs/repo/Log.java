package pfs.repo;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.tree.Entry;
import pfs.tree.FileEntry;
import pfs.tree.Trees;

/**
 * Walks from a commit to its ancestors: children before parents (by generation), the newer first
 * among equals. With a path, only the commits that changed it: a commit with a parent that has the
 * same there is passed over, and only that parent is followed; so is the whole way to where a
 * commit's jump goes, when its {@link PathSets} set says that nothing there touched the path. Lazy;
 * not thread-safe.
 */
final class Log implements Iterator<Commit> {
    private static final Comparator<Commit> NEWEST_FIRST =
            Comparator.comparingLong(Commit::generation)
                    .thenComparingLong(Commit::time)
                    .thenComparing(Commit::id)
                    .reversed();

    private final Commits commits;
    private final Trees trees;
    private final PathSets paths;
    private final long repo;
    private final @Nullable String path;
    private final PriorityQueue<Commit> open = new PriorityQueue<>(NEWEST_FIRST);
    private final Set<ObjectId> seen = new HashSet<>();
    private @Nullable Commit next;

    Log(
            Commits commits,
            Trees trees,
            PathSets paths,
            long repo,
            Commit from,
            @Nullable String path) {
        this.paths = paths;
        this.repo = repo;
        this.commits = commits;
        this.trees = trees;
        this.path = path == null || path.isEmpty() ? null : path;
        add(from);
    }

    private void add(Commit commit) {
        if (seen.add(commit.id())) {
            open.add(commit);
        }
    }

    @Override
    public boolean hasNext() {
        while (next == null && !open.isEmpty()) {
            Commit at = open.remove();
            seen.remove(at.id());
            next = visit(at);
        }
        return next != null;
    }

    /** Opens the parents; null if the commit is to be passed over. */
    private @Nullable Commit visit(Commit at) {
        ObjectId jump = at.jump();
        if (path != null && jump != null && paths.unchanged(repo, at, path)) {
            add(commits.read(jump));
            return null;
        }
        List<Commit> parents = at.parents().stream().map(commits::read).toList();
        if (path == null) {
            parents.forEach(this::add);
            return at;
        }
        Optional<Entry> here = trees.find(at.root(), path);
        for (Commit parent : parents) {
            if (same(here, trees.find(parent.root(), path))) {
                add(parent);
                return null;
            }
        }
        parents.forEach(this::add);
        return parents.isEmpty() && here.isEmpty() ? null : at;
    }

    private static boolean same(Optional<Entry> a, Optional<Entry> b) {
        if (a.orElse(null) instanceof FileEntry x && b.orElse(null) instanceof FileEntry y) {
            return x.sameContent(y);
        }
        return a.equals(b);
    }

    @Override
    public Commit next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException();
        }
        Commit answer = next;
        next = null;
        return answer;
    }
}
