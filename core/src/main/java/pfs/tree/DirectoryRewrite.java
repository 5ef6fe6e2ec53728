package pfs.tree;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectInserter;

/**
 * One directory being changed, from its first key to its last: what was is copied as far as the key
 * at hand, whole nodes at a time where nothing in them changes. Not thread-safe.
 */
final class DirectoryRewrite {
    /** A node of the old directory and the next of its items. */
    private static final class Frame {
        final TreeNode node;
        int next;

        Frame(TreeNode node) {
            this.node = node;
        }
    }

    private final Trees trees;
    private final ObjectInserter inserter;
    private @Nullable DirectoryEntry base;
    private boolean explicit;
    private @Nullable NodeWriter writer;
    private final List<Frame> frames = new ArrayList<>(4);

    /**
     * Directories to be dropped since a file has taken their name, the next one last. Their names
     * are prefixes of each other, or the earlier would be dropped already; so they are few.
     */
    private final List<Key> replaced = new ArrayList<>(0);

    /** The added files whose names are prefixes of the key at hand. */
    private final List<Key> added = new ArrayList<>(0);

    /**
     * @param base as it was; null if it was not there
     */
    DirectoryRewrite(Trees trees, ObjectInserter inserter, @Nullable DirectoryEntry base) {
        this.trees = trees;
        this.inserter = inserter;
        this.base = base;
        this.explicit = base != null && base.explicit();
    }

    /** Forgets what was and begins with this; only before anything else. */
    void reset(@Nullable DirectoryEntry entry) {
        if (writer != null) {
            throw new IllegalStateException("the directory has changed already");
        }
        base = entry;
        explicit = entry != null && entry.explicit();
    }

    void makeExplicit() {
        explicit = true;
    }

    /** What was there under a key, whatever has changed since. */
    @Nullable Entry before(Key key) {
        return base == null ? null : trees.lookup(base, key);
    }

    /** Goes to a key and takes what was there out; null if nothing was. Keys must rise. */
    @Nullable Entry take(Key key) {
        dropReplaced(key);
        @Nullable Entry taken = advance(key);
        if (!replaced.isEmpty() && replaced.getLast().equals(key)) {
            replaced.removeLast();
            return null;
        }
        return taken;
    }

    /** Adds an entry at the key that was taken last. */
    void add(Key key, Entry entry) {
        while (!added.isEmpty() && !key.startsWith(added.getLast())) {
            added.removeLast();
        }
        if (!key.ofDirectory()) {
            added.add(key);
        }
        writer().add(key, entry);
    }

    /** True if a file of this key was there or was added; for the directory of its name. */
    boolean hadFile(Key file) {
        return added.contains(file) || before(file) != null;
    }

    /** Drops a directory, whose key is behind the one at hand, when it comes. */
    void drop(Key directory) {
        replaced.add(directory);
    }

    private void dropReplaced(@Nullable Key before) {
        while (!replaced.isEmpty()
                && (before == null || replaced.getLast().compareTo(before) < 0)) {
            Key key = replaced.removeLast();
            advance(key);
        }
    }

    /** The directory as it is now; null if it is implicit and without entries. */
    @Nullable DirectoryEntry finish() {
        dropReplaced(null);
        if (writer == null && base != null) {
            boolean vanishes = !explicit && trees.root(base).count() == 0;
            return vanishes
                    ? null
                    : new DirectoryEntry(base.tree(), base.files(), base.bytes(), explicit);
        }
        advance(null);
        Child root = writer().finish();
        return root.entries() == 0 && !explicit
                ? null
                : new DirectoryEntry(root.id(), root.files(), root.bytes(), explicit);
    }

    private NodeWriter writer() {
        if (writer == null) {
            writer = new NodeWriter(trees, inserter);
            if (base != null) {
                frames.add(new Frame(trees.root(base)));
            }
        }
        return writer;
    }

    /** Copies what is before a key (null: all); takes and answers what is at it. */
    private @Nullable Entry advance(@Nullable Key key) {
        NodeWriter out = writer();
        while (!frames.isEmpty()) {
            Frame top = frames.getLast();
            if (top.next == top.node.count()) {
                frames.removeLast();
            } else if (top.node.level() > 0) {
                inner(out, top, key);
            } else {
                int end = key == null ? top.node.count() : top.node.search(key);
                while (top.next < end) {
                    out.add(top.node.key(top.next), top.node.entry(top.next));
                    top.next++;
                }
                if (end < top.node.count()) {
                    // What was at a key that was dropped before is passed already.
                    boolean found = key != null && end == top.next && top.node.key(end).equals(key);
                    return found ? top.node.entry(top.next++) : null;
                }
            }
        }
        return null;
    }

    /** Takes the next child over whole, or opens it. */
    private void inner(NodeWriter out, Frame top, @Nullable Key key) {
        int i = top.next++;
        int level = top.node.level();
        // A last node may end where a node with more behind it would not, so it is opened when
        // more comes.
        boolean whole = key == null || (top.node.key(i).compareTo(key) < 0 && !atLast());
        if (whole && out.aligned(level - 1)) {
            out.add(level, top.node.child(i));
        } else {
            frames.add(new Frame(trees.child(top.node, i)));
        }
    }

    /** True if the item just passed is the last of its level. */
    private boolean atLast() {
        for (Frame frame : frames) {
            if (frame.next < frame.node.count()) {
                return false;
            }
        }
        return true;
    }
}
