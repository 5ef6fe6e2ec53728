package pfs.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * A position in one of two directories that are compared: among a leaf's entries, or before a node
 * that is not open yet. It can tell which nodes begin right here, so that one that begins on both
 * sides is passed unread. Not thread-safe.
 */
final class DiffSide {
    private static final class Frame {
        final ObjectId id;
        final TreeNode node;

        /** The next item; the one before it is open if there is a frame above. */
        int next;

        Frame(ObjectId id, TreeNode node) {
            this.id = id;
            this.node = node;
        }
    }

    private final Trees trees;
    private final List<Frame> frames = new ArrayList<>(4);

    DiffSide(Trees trees, DirectoryEntry directory) {
        this.trees = trees;
        frames.add(new Frame(directory.tree(), trees.root(directory)));
        settle();
    }

    private void settle() {
        while (!frames.isEmpty() && frames.getLast().next == frames.getLast().node.count()) {
            frames.removeLast();
        }
    }

    boolean atEnd() {
        return frames.isEmpty();
    }

    /** The level of the item at hand: 0 for an entry, else that of its node and one. */
    int itemLevel() {
        return frames.getLast().node.level();
    }

    /** Opens the node at hand. */
    void open() {
        Frame top = frames.getLast();
        int i = top.next++;
        frames.add(new Frame(top.node.childId(i), trees.child(top.node, i)));
    }

    Key key() {
        return frames.getLast().node.key(frames.getLast().next);
    }

    Entry entry() {
        return frames.getLast().node.entry(frames.getLast().next);
    }

    /** Passes the entry at hand. */
    void pass() {
        frames.getLast().next++;
        settle();
    }

    /** The node of this level that begins here, open or not; null if none does. */
    @Nullable ObjectId beginning(int level) {
        Frame top = frames.getLast();
        if (top.node.level() == level + 1) {
            return top.node.childId(top.next);
        }
        for (int i = frames.size() - 1; i >= 0; i--) {
            Frame frame = frames.get(i);
            if (frame.next != (frame == top ? 0 : 1)) {
                return null;
            }
            if (frame.node.level() == level) {
                return frame.id;
            }
        }
        return null;
    }

    /** Passes the node of this level that begins here. */
    void passNode(int level) {
        if (frames.getLast().node.level() == level + 1) {
            frames.getLast().next++;
        } else {
            while (!frames.isEmpty() && frames.getLast().node.level() <= level) {
                frames.removeLast();
            }
        }
        settle();
    }

    /** The highest level of which a node may begin here. */
    int highest() {
        return frames.getFirst().node.level();
    }
}
