package pfs.repo;

import java.util.ArrayDeque;
import java.util.Deque;
import pfs.chunk.Content;
import pfs.chunk.ManifestReferences;
import pfs.object.IdSet;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;
import pfs.tree.TreeReferences;

/**
 * Finds all objects that are needed, from the roots it is given. Each object is looked at once; the
 * work to do is kept node by node, depth first, so memory does not grow with what is walked (the
 * marks themselves may be on disk). One thread.
 *
 * <p>A user may store a file whose bytes are those of a tree's node, and the two are then one
 * object: so "walked as a tree" is another mark than "needed".
 */
final class Marking implements Roots.Visitor {
    private final IdSet marks;
    private final ObjectReader reader;
    private final Commits commits;
    private final Hollow hollow;
    private final Deque<Step> steps = new ArrayDeque<>();

    /** Marks of commits beside "walked as a commit", which takes all ancestors' files in. */
    private static final int FILES = 0x20;

    private static final int LINE = 0x40;

    private record Step(ObjectKind kind, ObjectId id, int depth, long size) {}

    Marking(IdSet marks, ObjectReader reader, Commits commits, Hollow hollow) {
        this.hollow = hollow;
        this.marks = marks;
        this.reader = reader;
        this.commits = commits;
    }

    /** A commit with its files; of its ancestors, only the commits. */
    @Override
    public void files(ObjectId id) {
        ownFiles(id);
        line(id);
        walk();
    }

    /** A commit and its ancestors, without their files. */
    void line(ObjectId id) {
        Deque<ObjectId> open = new ArrayDeque<>();
        open.push(id);
        for (ObjectId at = open.poll(); at != null; at = open.poll()) {
            if (marks.add(other(LINE, at))) {
                marks.add(at);
                commits.read(at).parents().forEach(open::push);
            }
        }
    }

    private void ownFiles(ObjectId id) {
        if (!hollow.contains(id) && marks.add(other(FILES, id))) {
            marks.add(id);
            push(ObjectKind.TREE, commits.read(id).root().tree(), 0, 0);
        }
    }

    /** A commit and all its ancestors, with their files, as far as those are there. */
    void commit(ObjectId id) {
        push(ObjectKind.COMMIT, id, 0, 0);
        walk();
    }

    @Override
    public void content(Content content) {
        pushContent(content.id(), content.depth(), content.size());
        walk();
    }

    void tree(ObjectId id) {
        push(ObjectKind.TREE, id, 0, 0);
        walk();
    }

    /** Only the object, not what it names. */
    void alone(ObjectId id) {
        marks.add(id);
    }

    boolean isMarked(ObjectId id) {
        return marks.contains(id);
    }

    /** True if this was marked as a commit with its files. */
    boolean isWhole(ObjectId commit) {
        return marks.contains(other(FILES, commit));
    }

    /** True if this was marked as a commit, be it without its files. */
    boolean isCommit(ObjectId commit) {
        return isWhole(commit)
                || marks.contains(other(LINE, commit))
                || marks.contains(walked(ObjectKind.COMMIT, commit));
    }

    long size() {
        return marks.size();
    }

    private void push(ObjectKind kind, ObjectId id, int depth, long size) {
        if (marks.add(walked(kind, id))) {
            marks.add(id);
            steps.push(new Step(kind, id, depth, size));
        }
    }

    private void pushContent(ObjectId id, int depth, long size) {
        if (depth == 0) {
            marks.add(id);
        } else {
            push(ObjectKind.MANIFEST, id, depth, size);
        }
    }

    /** The mark of an object that was walked as this kind: no object has such an id. */
    private static ObjectId walked(ObjectKind kind, ObjectId id) {
        return other(kind.code(), id);
    }

    private static ObjectId other(int mark, ObjectId id) {
        byte[] bytes = id.toBytes();
        bytes[ObjectId.BYTES - 1] ^= (byte) mark;
        return ObjectId.decode(bytes, 0);
    }

    private void walk() {
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
            switch (step.kind) {
                case COMMIT -> walkCommit(step.id);
                case TREE -> walkTree(step.id);
                case MANIFEST ->
                        ManifestReferences.visit(
                                reader, step.id, step.depth, step.size, this::pushContent);
                case CHUNK -> throw new IllegalStateException("a chunk names nothing");
            }
        }
    }

    private void walkCommit(ObjectId id) {
        ownFiles(id);
        for (ObjectId parent : commits.read(id).parents()) {
            push(ObjectKind.COMMIT, parent, 0, 0);
        }
    }

    private void walkTree(ObjectId id) {
        TreeReferences.visit(
                reader,
                id,
                new TreeReferences.Visitor() {
                    @Override
                    public void node(ObjectId tree) {
                        push(ObjectKind.TREE, tree, 0, 0);
                    }

                    @Override
                    public void file(String name, Content content) {
                        pushContent(content.id(), content.depth(), content.size());
                    }
                });
    }
}
