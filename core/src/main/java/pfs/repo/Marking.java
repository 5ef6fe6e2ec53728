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
    private final Deque<Step> steps = new ArrayDeque<>();

    private record Step(ObjectKind kind, ObjectId id, int depth, long size) {}

    Marking(IdSet marks, ObjectReader reader, Commits commits) {
        this.marks = marks;
        this.reader = reader;
        this.commits = commits;
    }

    /** A commit, its files, and all its ancestors that are there. */
    @Override
    public void commit(ObjectId id) {
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

    /** True if this was marked as a commit, with all that it reaches. */
    boolean isWhole(ObjectId commit) {
        return marks.contains(walked(ObjectKind.COMMIT, commit));
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
        byte[] bytes = id.toBytes();
        bytes[ObjectId.BYTES - 1] ^= (byte) kind.code();
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
        Commit commit = commits.read(id);
        push(ObjectKind.TREE, commit.root().tree(), 0, 0);
        for (ObjectId parent : commit.parents()) {
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
