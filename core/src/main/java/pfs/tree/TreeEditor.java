package pfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectInserter;

/**
 * Changes trees: the one way to make a new tree from an old one. A change reads and writes the
 * nodes that it touches and those above them, in the order of the edits, and holds a few nodes for
 * each open directory, however many edits there are. The result is the same, bit for bit, as if the
 * tree had been built from nothing. Thread-safe; each change is by itself.
 */
public final class TreeEditor {
    private final Trees trees;
    private final ObjectInserter inserter;

    /**
     * @param trees reads what the inserter writes
     */
    public TreeEditor(Trees trees, ObjectInserter inserter) {
        this.trees = trees;
        this.inserter = inserter;
    }

    /** The root without entries. */
    public DirectoryEntry empty() {
        Child root = new NodeWriter(trees, inserter).finish();
        return new DirectoryEntry(root.id(), 0, 0, false);
    }

    /**
     * Applies edits to a tree; see {@link Edit} for what each does. Parents appear by themselves;
     * directories that are not explicit go with their last entry, and the root never goes. Where a
     * file is put on a directory's name it replaces it, and the reverse. The nodes are inserted,
     * not flushed.
     *
     * @param edits path and edit, in strictly rising order of their keys (a directory's key is its
     *     path and a slash); consumed as it goes
     * @return the new root; the old one if nothing changed
     * @throws IllegalArgumentException if the edits are not in order
     * @throws PfsException INVALID_NAME or OVER_LIMIT for a path that breaks the rules; CORRUPT
     */
    public DirectoryEntry apply(DirectoryEntry root, Iterator<Map.Entry<String, Edit>> edits) {
        Run change = new Run(root, false);
        DirectoryEntry changed = change.apply(edits);
        if (change.clashes.isEmpty()) {
            return changed;
        }
        change.clashes.sort(Map.Entry.comparingByKey(TreePath::order));
        return apply(changed, change.clashes.iterator());
    }

    /**
     * As {@link #apply}, but refuses to let files and directories take each other's names.
     *
     * @throws PfsException NOT_A_DIRECTORY, IS_A_DIRECTORY
     */
    DirectoryEntry applyToNew(DirectoryEntry root, Iterator<Map.Entry<String, Edit>> edits) {
        return new Run(root, true).apply(edits);
    }

    /**
     * Lays a tree over what is at a path: its names win, directories merge, the rest stays. Costs
     * what the directories on both sides hold above; what is the same or new is not looked into.
     *
     * @param path a directory or nothing yet; "" for the root
     * @return the new root
     * @throws PfsException NOT_A_DIRECTORY or IS_A_DIRECTORY, naming the path, where a file is on
     *     one side and a directory on the other
     */
    public DirectoryEntry overlay(DirectoryEntry root, String path, DirectoryEntry over) {
        return apply(root, new Overlay(trees, root, path, over));
    }

    /** One run over the edits: the directories that are open, from the root down. */
    private final class Run {
        /** An open directory, and how much of the open path leads to it, slash included. */
        private record Level(DirectoryRewrite directory, int length) {}

        private final List<Level> levels = new ArrayList<>();

        private final boolean strict;

        /**
         * Files whose names were taken by directories behind them in the order; they are deleted in
         * a second run. No caller that looks before it writes has any.
         */
        private final List<Map.Entry<String, Edit>> clashes = new ArrayList<>(0);

        /** The key of the last edit. The open directories' paths are prefixes of it. */
        private byte[] last = {};

        Run(DirectoryEntry root, boolean strict) {
            this.strict = strict;
            levels.add(new Level(new DirectoryRewrite(trees, inserter, root), 0));
        }

        DirectoryEntry apply(Iterator<Map.Entry<String, Edit>> edits) {
            while (edits.hasNext()) {
                Map.Entry<String, Edit> next = edits.next();
                apply(next.getKey(), next.getValue());
            }
            return finish();
        }

        private void apply(String path, Edit edit) {
            byte[] key = key(path, edit);
            if (levels.size() > 1 || last.length > 0) {
                verifyOrder(key, path);
            }
            while (!isPrefix(levels.getLast().length, key)) {
                close();
            }
            last = key;
            open(key);
            DirectoryRewrite at = levels.getLast().directory;
            int from = levels.getLast().length;
            switch (edit) {
                case Edit.PutFile put -> put(at, new Key(key, from, key.length), put.entry());
                case Edit.DeleteFile _ -> at.take(new Key(key, from, key.length));
                case Edit.Graft graft -> at.reset(graft.entry());
                case Edit.DeleteDirectory _ -> at.reset(null);
                case Edit.MakeDirectory _ -> at.makeExplicit();
            }
        }

        /** The key of an edit; an edit of the root has the empty key. */
        private static byte[] key(String path, Edit edit) {
            if (path.isEmpty() && edit.ofDirectory()) {
                return new byte[0];
            }
            TreePath.verify(path);
            return (edit.ofDirectory() ? path + "/" : path).getBytes(StandardCharsets.UTF_8);
        }

        private void verifyOrder(byte[] key, String path) {
            if (Arrays.compareUnsigned(last, key) >= 0) {
                throw new IllegalArgumentException(
                        "edits out of order: "
                                + path
                                + " after "
                                + new String(last, StandardCharsets.UTF_8));
            }
        }

        private boolean isPrefix(int length, byte[] key) {
            return length <= key.length && Arrays.equals(last, 0, length, key, 0, length);
        }

        /** Opens the directories of a key that are not open. */
        private void open(byte[] key) {
            int from = levels.getLast().length;
            for (int i = from; i < key.length; i++) {
                if (key[i] == '/') {
                    DirectoryRewrite parent = levels.getLast().directory;
                    Entry old = parent.take(new Key(key, from, i + 1));
                    DirectoryEntry base = old instanceof DirectoryEntry d ? d : null;
                    levels.add(new Level(new DirectoryRewrite(trees, inserter, base), i + 1));
                    from = i + 1;
                }
            }
        }

        private void put(DirectoryRewrite at, Key key, FileEntry file) {
            Entry old = at.take(key);
            boolean same = old instanceof FileEntry before && before.sameContent(file);
            at.add(key, same && old != null ? old : file);
            if (old == null) {
                Key directory = key.asDirectory();
                if (at.before(directory) != null) {
                    refuseClash(ErrorCode.IS_A_DIRECTORY, "is a directory", last.length);
                    at.drop(directory);
                }
            }
        }

        private void refuseClash(ErrorCode code, String what, int length) {
            if (strict) {
                String path = new String(last, 0, length, StandardCharsets.UTF_8);
                throw new PfsException(code, path + " " + what, path);
            }
        }

        private void close() {
            Level level = levels.removeLast();
            @Nullable DirectoryEntry entry = level.directory.finish();
            if (entry != null) {
                Level parent = levels.getLast();
                Key key = new Key(last, parent.length, level.length);
                parent.directory.add(key, entry);
                if (parent.directory.hadFile(key.asFile())) {
                    refuseClash(
                            ErrorCode.NOT_A_DIRECTORY,
                            "is a file, not a directory",
                            level.length - 1);
                    String path = new String(last, 0, level.length - 1, StandardCharsets.UTF_8);
                    clashes.add(Map.entry(path, new Edit.DeleteFile()));
                }
            }
        }

        private DirectoryEntry finish() {
            while (levels.size() > 1) {
                close();
            }
            DirectoryEntry root = levels.getFirst().directory.finish();
            return root == null ? empty() : root;
        }
    }
}
