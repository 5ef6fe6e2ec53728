package pfs.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Gathers the items of one node, in order of their keys, and encodes them as {@link TreeNode} says.
 * Used again after each {@link #encode}. Not thread-safe.
 */
final class NodeBuilder {
    /** UTF-16 units of content type and metadata of one file. */
    static final int MAX_ATTACHED = 48 * 1024;

    private final int level;
    private final List<Key> keys = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final List<Child> children = new ArrayList<>();
    private int weight;
    private int lastWeight;
    private long files;
    private long bytes;

    NodeBuilder(int level) {
        this.level = level;
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    int count() {
        return keys.size();
    }

    Child onlyChild() {
        return children.getFirst();
    }

    Key lastKey() {
        return keys.getLast();
    }

    void add(Key key, Entry entry) {
        if (entry instanceof FileEntry file && NodeCut.attached(file) > MAX_ATTACHED) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    String.format(
                            "the content type and metadata of %s are %d characters, limit %d",
                            key, NodeCut.attached(file), MAX_ATTACHED),
                    key.toString());
        }
        switch (entry) {
            case FileEntry file -> sum(key, 1, file.content().size());
            case DirectoryEntry directory -> sum(key, directory.files(), directory.bytes());
        }
        entries.add(entry);
        added(key, NodeCut.weight(key, entry));
    }

    void add(Child child) {
        sum(child.lastKey(), child.files(), child.bytes());
        children.add(child);
        added(child.lastKey(), NodeCut.weight(child.lastKey()));
    }

    /** A directory that is copied into itself again and again doubles each time. */
    private void sum(Key key, long moreFiles, long moreBytes) {
        files += moreFiles;
        bytes += moreBytes;
        if ((files | bytes) < 0) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "with " + key + " the directory would hold over 2^63 files or bytes",
                    key.toString());
        }
    }

    private void added(Key key, int itemWeight) {
        keys.add(key);
        lastWeight = itemWeight;
        weight += itemWeight;
    }

    /** True if the node ends after the item that was added last. */
    boolean ends() {
        return NodeCut.after(level, keys.getLast(), lastWeight, weight);
    }

    /** The node's bytes; the builder is empty then. */
    byte[] encode() {
        NodeOutput out = new NodeOutput(weight + 64);
        out.u8(TreeNode.VERSION);
        out.u8(level);
        out.varint(keys.size());
        Key first = keys.isEmpty() ? Key.of("") : keys.getFirst();
        int prefix = keys.isEmpty() ? 0 : first.commonPrefix(keys.getLast());
        out.varint(prefix);
        out.bytes(first.array(), first.from(), prefix);
        if (level == 0) {
            leaf(out, prefix);
        } else {
            for (int i = 0; i < keys.size(); i++) {
                key(out, keys.get(i), prefix);
                Child child = children.get(i);
                out.id(child.id());
                out.varint(child.files());
                out.varint(child.bytes());
                out.varint(child.entries());
            }
        }
        keys.clear();
        entries.clear();
        children.clear();
        weight = 0;
        files = 0;
        bytes = 0;
        return out.toBytes();
    }

    private static void key(NodeOutput out, Key key, int prefix) {
        out.varint(key.length() - prefix);
        out.bytes(key.array(), key.from() + prefix, key.length() - prefix);
    }

    private void leaf(NodeOutput out, int prefix) {
        @Nullable Long base = null;
        Map<String, Integer> types = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (entry instanceof FileEntry file) {
                base = base == null ? Long.valueOf(file.modified()) : base;
                if (file.contentType() != null) {
                    types.putIfAbsent(file.contentType(), types.size());
                }
            }
        }
        long baseTime = base == null ? 0 : base;
        out.zigzag(baseTime);
        out.varint(types.size());
        types.keySet().forEach(out::text);
        for (int i = 0; i < keys.size(); i++) {
            key(out, keys.get(i), prefix);
            switch (entries.get(i)) {
                case DirectoryEntry directory -> directory(out, directory);
                case FileEntry file -> file(out, file, baseTime, types);
            }
        }
    }

    private static void directory(NodeOutput out, DirectoryEntry directory) {
        out.u8(directory.explicit() ? TreeNode.EXPLICIT : 0);
        out.id(directory.tree());
        out.varint(directory.files());
        out.varint(directory.bytes());
    }

    private static void file(
            NodeOutput out, FileEntry file, long baseTime, Map<String, Integer> types) {
        @Nullable Integer type = file.contentType() == null ? null : types.get(file.contentType());
        out.u8(
                (file.executable() ? TreeNode.EXECUTABLE : 0)
                        | (type != null ? TreeNode.TYPED : 0)
                        | (file.metadata().isEmpty() ? 0 : TreeNode.ATTACHED));
        out.id(file.content().id());
        out.u8(file.content().depth());
        out.varint(file.content().size());
        out.zigzag(file.modified() - baseTime);
        if (type != null) {
            out.varint(type);
        }
        if (!file.metadata().isEmpty()) {
            out.varint(file.metadata().size());
            file.metadata().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey(TreePath::order))
                    .forEach(
                            pair -> {
                                out.text(pair.getKey());
                                out.text(pair.getValue());
                            });
        }
    }

    /** The bytes of the directory with nothing in it. */
    static byte[] empty() {
        return new NodeBuilder(0).encode();
    }
}
