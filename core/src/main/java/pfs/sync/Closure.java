package pfs.sync;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentObjects;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Commit;
import pfs.repo.Repos;
import pfs.tree.FileEntry;
import pfs.tree.TreeObjects;

/**
 * Tells whether all that some commits reach is in this store, by walking down from them to what the
 * repo has had before. That an object is here says nothing of what it names: it may have come with
 * a transfer that was cut off, or be a user's bytes that look like a tree. So nothing is taken for
 * whole but the commits of the repo and what was walked. Not thread-safe.
 */
final class Closure {
    private final Repos repos;
    private final Arrivals door;
    private final ContentObjects contents;
    private final Collection<ObjectId> targets;

    /** The commits that are new, no parent behind its child; null until all are here. */
    private @Nullable List<ObjectId> order;

    /** Commits of the order that are whole, or taken without their files. */
    private int whole;

    /** Commits that may come without their files. */
    private final Set<ObjectId> claimed = new HashSet<>();

    /** Those of them that did. */
    private final Set<ObjectId> empty = new HashSet<>();

    Closure(Repos repos, Arrivals door, Collection<ObjectId> targets) {
        this.repos = repos;
        this.door = door;
        this.contents = new ContentObjects(repos.journal());
        this.targets = List.copyOf(targets);
    }

    /** The commits that are new, oldest first; only when nothing is lacking any more. */
    List<ObjectId> commits() {
        List<ObjectId> all = order;
        if (all == null || whole < all.size()) {
            throw new IllegalStateException("not all of the commits' objects are here");
        }
        return all;
    }

    /** The newest commits of which it is known by now that they are whole: one, or none. */
    List<ObjectId> newestWhole() {
        return order == null || whole == 0 ? List.of() : List.of(order.get(whole - 1));
    }

    /** The new commits of which that is not known; none before all commits are here. */
    List<ObjectId> open() {
        return order == null ? List.of() : order.subList(whole, order.size());
    }

    /** Takes these commits without their files, if these are not here. */
    void claim(Collection<ObjectId> hollow) {
        claimed.addAll(hollow);
    }

    /** True if the commit is taken without its files; looked up again, so at the last moment. */
    boolean isEmpty(ObjectId id) {
        return empty.contains(id) && lacks(door.commit(id), _ -> {});
    }

    /** How many of the new commits are known to be whole. */
    int progress() {
        return whole;
    }

    /**
     * Goes on until something is lacking.
     *
     * @param lacking told of all that is found to be missing of the oldest commit that is not
     *     whole; of some things twice. Below a missing object nothing is known yet
     * @return true if nothing is lacking
     * @throws pfs.error.PfsException CORRUPT for objects that do not fit together
     */
    boolean check(Consumer<ObjectId> lacking) {
        List<ObjectId> commits = order == null ? order(lacking) : order;
        if (commits == null) {
            return false;
        }
        order = commits;
        while (whole < commits.size()) {
            if (!check(door.commit(commits.get(whole)), lacking)) {
                return false;
            }
            whole++;
        }
        return true;
    }

    /** The new commits by a depth-first walk; null if some are not here. */
    private @Nullable List<ObjectId> order(Consumer<ObjectId> lacking) {
        List<ObjectId> found = new ArrayList<>();
        Set<ObjectId> seen = new HashSet<>();
        Deque<Visit> path = new ArrayDeque<>();
        boolean all = true;
        for (ObjectId target : targets) {
            all &= visit(target, seen, path, lacking);
            while (!path.isEmpty()) {
                Visit top = path.getLast();
                if (top.next < top.commit.parents().size()) {
                    all &= visit(top.commit.parents().get(top.next++), seen, path, lacking);
                } else {
                    path.removeLast();
                    found.add(top.commit.id());
                }
            }
        }
        return all ? found : null;
    }

    /** A commit on the way down, and which of its parents is next. */
    private static final class Visit {
        private final Commit commit;
        private int next;

        Visit(Commit commit) {
            this.commit = commit;
        }
    }

    /** False if the commit is not here. */
    private boolean visit(
            ObjectId id, Set<ObjectId> seen, Deque<Visit> path, Consumer<ObjectId> lacking) {
        if (!seen.add(id) || door.has(id)) {
            return true;
        }
        if (!door.contains(id)) {
            lacking.accept(id);
            return false;
        }
        path.addLast(new Visit(door.commit(id)));
        return true;
    }

    private boolean check(Commit commit, Consumer<ObjectId> lacking) {
        door.verifyPlace(commit);
        boolean mayLack = claimed.contains(commit.id());
        boolean lacks = lacks(commit, mayLack ? _ -> {} : lacking);
        if (lacks && mayLack) {
            empty.add(commit.id());
        }
        return !lacks || mayLack;
    }

    private boolean lacks(Commit commit, Consumer<ObjectId> lacking) {
        boolean parentIsEmpty = commit.parents().stream().limit(1).anyMatch(empty::contains);
        Walk walk = new Walk(lacking, claimed.contains(commit.id()));
        TreeObjects.walk(
                repos.trees(),
                parentIsEmpty ? null : Outgoing.knownRoot(door, commit),
                commit.root(),
                walk);
        return walk.lacks;
    }

    /** Looks for each object where it is named. */
    private final class Walk implements TreeObjects.Visitor, ContentObjects.Visitor {
        private final Consumer<ObjectId> lacking;
        private final boolean anyIsEnough;
        private boolean lacks;

        Walk(Consumer<ObjectId> lacking, boolean anyIsEnough) {
            this.lacking = lacking;
            this.anyIsEnough = anyIsEnough;
        }

        private boolean here(ObjectId id) {
            if (lacks && anyIsEnough) {
                return false;
            }
            if (door.contains(id)) {
                return true;
            }
            lacks = true;
            lacking.accept(id);
            return false;
        }

        @Override
        public boolean node(ObjectId id) {
            return here(id);
        }

        @Override
        public void file(FileEntry file, @Nullable FileEntry known) {
            Content before = known == null ? null : known.content();
            contents.walk(file.content(), before, this);
        }

        @Override
        public boolean manifest(ObjectId id) {
            return here(id);
        }

        @Override
        public void chunk(ObjectId id) {
            here(id);
        }
    }
}
