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
 * commit's jump goes, when its {@link PathSets} set says that nothing there touched the path; it
 * ends where the files were dropped. Lazy; not thread-safe.
 *
 * <p>A walk can begin behind a commit of it: where it stood when it was {@link #pause paused}
 * there, if that is still known, else by jumps over what lies before, which takes a step for each
 * merge there.
 */
public final class Log implements Iterator<Commit> {
    private static final Comparator<Commit> NEWEST_FIRST =
            Comparator.comparingLong(Commit::generation)
                    .thenComparingLong(Commit::time)
                    .thenComparing(Commit::id)
                    .reversed();

    /** What a walk reads. */
    record Sources(
            Commits commits,
            Trees trees,
            PathSets paths,
            LogPauses pauses,
            Hollow hollow,
            long repo) {}

    private final Commits commits;
    private final Trees trees;
    private final PathSets paths;
    private final LogPauses pauses;
    private final Hollow hollow;
    private final long repo;
    private final @Nullable Commit from;
    private final @Nullable String path;
    private final PriorityQueue<Commit> open = new PriorityQueue<>(NEWEST_FIRST);
    private final Set<ObjectId> seen = new HashSet<>();
    private @Nullable Commit next;
    private @Nullable ObjectId last;

    /**
     * @param from where to begin; null for a walk through nothing
     * @param after what comes before it, and itself, are left out; null for nothing
     */
    Log(Sources sources, @Nullable Commit from, @Nullable String path, @Nullable Commit after) {
        this.paths = sources.paths;
        this.pauses = sources.pauses;
        this.hollow = sources.hollow;
        this.repo = sources.repo;
        this.commits = sources.commits;
        this.trees = sources.trees;
        this.from = from;
        this.path = path == null || path.isEmpty() ? null : path;
        if (from != null && after == null) {
            add(from);
        } else if (from != null && after != null) {
            resume(from, after);
        }
    }

    private void resume(Commit top, Commit after) {
        List<ObjectId> paused = pauses.find(place(top, after.id()));
        if (paused != null) {
            paused.forEach(id -> add(commits.read(id)));
        } else if (after.merges() == top.merges() && commits.onLine(top, after)) {
            var _ = visit(after);
        } else {
            add(top);
            while (!open.isEmpty() && NEWEST_FIRST.compare(open.peek(), after) <= 0) {
                Commit at = open.remove();
                seen.remove(at.id());
                if (!passPlain(at, after)) {
                    var _ = visit(at);
                }
            }
        }
    }

    /** Goes by the commit's jump if no merge is passed, and not the commit that is sought. */
    private boolean passPlain(Commit at, Commit sought) {
        if (path != null || at.jump() == null) {
            return false;
        }
        Commit jump = commits.read(at.jump());
        if (jump.merges() != at.merges() || NEWEST_FIRST.compare(jump, sought) > 0) {
            return false;
        }
        add(jump);
        return true;
    }

    private LogPauses.Place place(Commit top, ObjectId at) {
        return new LogPauses.Place(repo, top.id(), path == null ? "" : path, at);
    }

    /**
     * Keeps where the walk stands, so that one that begins after the commit given last is as cheap
     * as going on. To be called before the next {@link #hasNext}.
     */
    public void pause() {
        if (next != null) {
            throw new IllegalStateException("the walk is past the commit that was given last");
        }
        if (last != null && from != null) {
            pauses.keep(place(from, last), open.stream().map(Commit::id).toList());
        }
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
        if (path != null && hollow.contains(at.id())) {
            return null; // what happened to a path is told by files
        }
        ObjectId jump = at.jump();
        if (path != null && jump != null && paths.unchanged(repo, at, path)) {
            add(commits.read(jump));
            return null;
        }
        List<Commit> parents =
                at.parents().stream()
                        .filter(id -> path == null || !hollow.contains(id))
                        .map(commits::read)
                        .toList();
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
        last = answer.id();
        return answer;
    }
}
