package pfs.chunk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;

/**
 * A manifest in the making: takes a file's chunks in order and stores each node as soon as it is
 * full, so that only one open node a level is in memory, whatever the file's size. Not thread-safe.
 *
 * <p>Invariant: once a level has stored a node, some level above it holds an entry; so the highest
 * level is never empty.
 */
final class ManifestBuilder {
    private final ObjectInserter objects;
    private final List<OpenNode> levels = new ArrayList<>();

    ManifestBuilder(ObjectInserter objects) {
        this.objects = objects;
    }

    boolean isEmpty() {
        return levels.isEmpty();
    }

    void add(ObjectId chunk, long size) {
        add(0, chunk, size);
    }

    /**
     * Takes back the state in which all of a file's chunks but the last were added.
     *
     * @param path the last node of each depth, from the root down to depth 1
     */
    static ManifestBuilder reopen(ObjectInserter objects, List<ManifestNode> path) {
        ManifestBuilder builder = new ManifestBuilder(objects);
        for (ManifestNode node : path.reversed()) {
            OpenNode open = new OpenNode(node.depth());
            for (int i = 0; i < node.count() - 1; i++) {
                open.add(node.child(i), node.size(i));
            }
            builder.levels.add(open);
        }
        while (!builder.levels.isEmpty() && builder.levels.getLast().count == 0) {
            builder.levels.removeLast();
        }
        return builder;
    }

    private void add(int level, ObjectId child, long size) {
        if (level == levels.size()) {
            levels.add(new OpenNode(level + 1));
        }
        OpenNode open = levels.get(level);
        open.add(child, size);
        if (ManifestNode.endsBehind(child, open.count)) {
            seal(level);
        }
    }

    private void seal(int level) {
        OpenNode open = levels.get(level);
        long size = open.size;
        add(level + 1, open.store(objects), size);
    }

    /** Stores what is open and answers the whole; at least one chunk must have been added. */
    Content finish() {
        for (int level = 0; ; level++) {
            OpenNode open = levels.get(level);
            boolean highest = level == levels.size() - 1;
            long size = open.size;
            if (highest && level > 0 && open.count == 1) {
                return new Content(open.onlyChild(), level, size);
            }
            if (highest) {
                return new Content(open.store(objects), level + 1, size);
            }
            if (open.count > 0) {
                seal(level);
            }
        }
    }

    private static final class OpenNode {
        private final int depth;
        private byte[] bytes = new byte[ManifestNode.HEADER_BYTES + 16 * ManifestNode.ENTRY_BYTES];
        private int count;
        private long size;

        OpenNode(int depth) {
            this.depth = depth;
        }

        void add(ObjectId child, long childSize) {
            if (length(count + 1) > bytes.length) {
                bytes = Arrays.copyOf(bytes, length(Math.min(4 * count, ManifestNode.MAX_ENTRIES)));
            }
            ManifestNode.encodeEntry(bytes, count, child, childSize);
            count++;
            size = Math.addExact(size, childSize);
        }

        ObjectId onlyChild() {
            return ObjectId.decode(bytes, ManifestNode.HEADER_BYTES);
        }

        ObjectId store(ObjectInserter objects) {
            ManifestNode.encodeHeader(bytes, depth, count);
            ObjectId id = objects.insert(ObjectKind.MANIFEST, bytes, 0, length(count));
            count = 0;
            size = 0;
            return id;
        }

        private static int length(int entries) {
            return ManifestNode.HEADER_BYTES + entries * ManifestNode.ENTRY_BYTES;
        }
    }
}
