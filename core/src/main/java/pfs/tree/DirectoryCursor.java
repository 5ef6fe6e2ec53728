package pfs.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A position among the entries of one directory, moved forwards. Reads nodes as it comes to them.
 * Not thread-safe.
 */
final class DirectoryCursor {
    /** A node and the next of its items; of inner nodes the next is the one after the open one. */
    private static final class Frame {
        final TreeNode node;
        int next;

        Frame(TreeNode node, int next) {
            this.node = node;
            this.next = next;
        }
    }

    private final Trees trees;
    private final List<Frame> frames = new ArrayList<>(4);

    /** At the first key that is not less than this one. */
    DirectoryCursor(Trees trees, DirectoryEntry directory, Key from) {
        this.trees = trees;
        TreeNode node = trees.root(directory);
        while (true) {
            int i = node.search(from);
            boolean inner = node.level() > 0 && i < node.count();
            frames.add(new Frame(node, inner ? i + 1 : i));
            if (!inner) {
                return;
            }
            node = trees.child(node, i);
        }
    }

    /** Moves to the next entry; its leaf, or null at the end. {@link #index} is its place there. */
    @Nullable TreeNode next() {
        while (!frames.isEmpty()) {
            Frame top = frames.getLast();
            if (top.next == top.node.count()) {
                frames.removeLast();
            } else {
                int i = top.next++;
                if (top.node.level() == 0) {
                    return top.node;
                }
                frames.add(new Frame(trees.child(top.node, i), 0));
            }
        }
        return null;
    }

    int index() {
        return frames.getLast().next - 1;
    }
}
