package pfs.chunk;

import java.util.ArrayDeque;
import pfs.object.ObjectId;

/**
 * A place between two chunks of a stored file, which moves forward. It loads one node a level of
 * the manifest. Not thread-safe.
 */
final class ChunkCursor {
    private final ManifestNodes nodes;
    private final ArrayDeque<Step> path = new ArrayDeque<>();
    private final Content content;
    private long at;

    /** Before the chunk that holds the byte at {@code offset}, which is less than the size. */
    ChunkCursor(ManifestNodes nodes, Content content, long offset) {
        this.nodes = nodes;
        this.content = content;
        if (content.depth() > 0) {
            descend(content.id(), content.depth(), content.size(), offset);
        }
    }

    /** A chunk of a file: its id, where it begins in the file, and its bytes. */
    record Place(ObjectId chunk, long start, int length) {
        long end() {
            return start + length;
        }
    }

    /** Moves over the next chunk; there must be one: the last one ended before the file did. */
    Place next() {
        Place place;
        if (content.depth() == 0) {
            place = new Place(content.id(), 0, Math.toIntExact(content.size()));
        } else {
            Step step = path.getLast();
            place = new Place(step.child(), at, Math.toIntExact(step.size()));
            at = place.end();
            if (at < content.size()) {
                advance();
            }
        }
        return place;
    }

    private void advance() {
        while (!path.getLast().toNext()) {
            path.removeLast();
        }
        Step step = path.getLast();
        if (step.node.depth() > 1) {
            descend(step.child(), step.node.depth() - 1, step.size(), 0);
        }
    }

    private void descend(ObjectId root, int rootDepth, long rootSize, long offset) {
        ObjectId id = root;
        long size = rootSize;
        long within = offset;
        for (int depth = rootDepth; depth >= 1; depth--) {
            ManifestNode node = nodes.load(id, depth, size);
            Step step = new Step(node, node.indexOf(within));
            path.addLast(step);
            at += node.start(step.index);
            within -= node.start(step.index);
            id = step.child();
            size = step.size();
        }
    }

    private static final class Step {
        private final ManifestNode node;
        private int index;

        Step(ManifestNode node, int index) {
            this.node = node;
            this.index = index;
        }

        ObjectId child() {
            return node.child(index);
        }

        long size() {
            return node.size(index);
        }

        boolean toNext() {
            index++;
            return index < node.count();
        }
    }
}
