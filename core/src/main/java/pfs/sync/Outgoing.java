package pfs.sync;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
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
 * The objects that commits added to their first parents: what a store needs that has the parents.
 * Of each commit the nodes of its trees come before its files, some 65,000 at a time: who has the
 * nodes knows what else to ask for. Not thread-safe.
 */
final class Outgoing implements TreeObjects.Visitor, ContentObjects.Visitor {
    /** Ids that are remembered, so that few things are told of twice. */
    private static final int REMEMBERED = 500_000;

    /** Files that wait until the nodes before them are told of. */
    private static final int WAITING = 65_536;

    private final Repos repos;
    private final Arrivals door;
    private final ContentObjects contents;
    private final Predicate<ObjectId> sink;
    private final Set<ObjectId> told = new HashSet<>();
    private final List<Changed> waiting = new ArrayList<>();
    private final List<ObjectId> hollow = new ArrayList<>();
    private boolean enough;

    private record Changed(Content content, @Nullable Content before) {}

    /**
     * @param sink is told of each object once, or seldom twice; answers false when it has enough
     */
    Outgoing(Repos repos, Arrivals door, Predicate<ObjectId> sink) {
        this.repos = repos;
        this.door = door;
        this.contents = new ContentObjects(repos.journal());
        this.sink = sink;
    }

    /** Tells the sink of what these commits added, the commits themselves among it. */
    void walk(List<ObjectId> oldestFirst) {
        for (ObjectId id : oldestFirst) {
            if (enough) {
                return;
            }
            Commit commit = door.commit(id);
            tell(id);
            if (door.isHollow(id)) {
                hollow.add(id);
                continue;
            }
            TreeObjects.walk(repos.trees(), knownRoot(door, commit), commit.root(), this);
            files();
        }
    }

    /** Those of the commits that have no files: they come alone. */
    List<ObjectId> hollow() {
        return hollow;
    }

    /** The files of the first parent; null without one, or if they were dropped. */
    static pfs.tree.@Nullable DirectoryEntry knownRoot(Arrivals door, Commit commit) {
        boolean known = !commit.parents().isEmpty() && !door.isHollow(commit.parents().getFirst());
        return known ? door.commit(commit.parents().getFirst()).root() : null;
    }

    private boolean tell(ObjectId id) {
        if (enough || !told.add(id)) {
            return false;
        }
        if (told.size() > REMEMBERED) {
            told.clear();
        }
        enough = !sink.test(id);
        return !enough;
    }

    @Override
    public boolean node(ObjectId id) {
        return tell(id);
    }

    @Override
    public void file(FileEntry file, @Nullable FileEntry known) {
        waiting.add(new Changed(file.content(), known == null ? null : known.content()));
        if (waiting.size() >= WAITING) {
            files();
        }
    }

    private void files() {
        for (Changed file : waiting) {
            if (!enough) {
                contents.walk(file.content, file.before, this);
            }
        }
        waiting.clear();
    }

    @Override
    public boolean manifest(ObjectId id) {
        return tell(id);
    }

    @Override
    public void chunk(ObjectId id) {
        tell(id);
    }
}
