package pfs.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.object.ObjectInserter;
import pfs.object.ObjectKind;

/**
 * Writes the nodes of one directory from its items in order: a node of each level is open, and goes
 * to the store when {@link NodeCut} ends it. Memory is a node a level. Whole old nodes may be taken
 * over where a node of their level would begin. Not thread-safe.
 */
final class NodeWriter {
    private final Trees trees;
    private final ObjectInserter inserter;
    private final List<NodeBuilder> levels = new ArrayList<>(4);

    NodeWriter(Trees trees, ObjectInserter inserter) {
        this.trees = trees;
        this.inserter = inserter;
    }

    void add(Key key, Entry entry) {
        NodeBuilder leaf = level(0);
        leaf.add(key, entry);
        if (leaf.ends()) {
            close(0);
        }
    }

    /** True if a whole node of this level fits here: no node of it or below is open. */
    boolean aligned(int level) {
        for (int i = 0; i <= level && i < levels.size(); i++) {
            if (!levels.get(i).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Takes over a node of the level below; only where {@link #aligned}. */
    void add(int level, Child child) {
        NodeBuilder builder = level(level);
        builder.add(child);
        if (builder.ends()) {
            close(level);
        }
    }

    private void close(int level) {
        add(level + 1, write(level(level)));
    }

    /** Closes all; the root's id, sums and number of entries. */
    Child finish() {
        level(0);
        int level = 0;
        while (level < levels.size() - 1) {
            if (!levels.get(level).isEmpty()) {
                close(level);
            }
            level++;
        }
        NodeBuilder top = levels.getLast();
        if (level > 0 && top.count() == 1) {
            return lowest(top.onlyChild());
        }
        return write(top);
    }

    /** A root has two children at least: a chain of only children ends at the last of them. */
    private Child lowest(Child child) {
        Child root = child;
        TreeNode node = trees.node(root.id());
        while (node.level() > 0 && node.count() == 1) {
            root = node.child(0);
            node = trees.node(root.id());
        }
        return root;
    }

    private Child write(NodeBuilder builder) {
        @Nullable Key last = builder.isEmpty() ? null : builder.lastKey();
        byte[] bytes = builder.encode();
        ObjectId id = inserter.insert(ObjectKind.TREE, bytes, 0, bytes.length);
        TreeNode node = TreeNode.decode(bytes);
        trees.keep(id, node);
        return new Child(
                last == null ? Key.of("") : last, id, node.files(), node.bytes(), node.entries());
    }

    private NodeBuilder level(int level) {
        while (levels.size() <= level) {
            levels.add(new NodeBuilder(levels.size()));
        }
        return levels.get(level);
    }
}
