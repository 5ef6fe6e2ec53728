package pfs.tree;

import static pfs.tree.NodeInput.corrupt;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.object.ObjectId;

/**
 * One node of a directory's search tree: a leaf of entries, or an inner node of children. This
 * class owns its bytes; {@link NodeBuilder} writes them. The same items are always the same bytes,
 * so equal directories have equal ids.
 *
 * <pre>
 *  node    u8 version = 1 | u8 level (0: leaf) | count | prefix: length, bytes | leaf's head | items
 *          the prefix is the longest that all keys of the node have in common
 *  leaf's head    base time (zigzag, ns) | types: count, then length, UTF-8 each
 *          the base is the first file's time (0 without files); the types are the content types, in
 *          order of first use
 *  item    key: length, bytes after the prefix | one of
 *    file       u8 flags (1 executable, 2 has a type, 4 has metadata) | 32 content id | u8 depth |
 *               size | time less base (zigzag, wrapping) | [type's index] |
 *               [metadata: count ≥ 1, then name: length, UTF-8, value: length, UTF-8; sorted by name]
 *    directory  u8 flags (1 explicit) | 32 tree id | files | bytes
 *    child      32 node id | files | bytes | entries        (in inner nodes; its key is its last)
 * </pre>
 *
 * Numbers without a width are LEB128 varints in their shortest form. Keys rise strictly by unsigned
 * bytes; a directory's key ends with a slash. Immutable and thread-safe.
 */
final class TreeNode {
    static final int VERSION = 1;
    static final int EXECUTABLE = 1;
    static final int TYPED = 2;
    static final int ATTACHED = 4;
    static final int EXPLICIT = 1;

    /** Bytes of a node; the most that {@link NodeCut} lets happen is below it. */
    static final int MAX_BYTES = 1 << 20;

    /** Levels: far more than 2^63 entries need. */
    static final int MAX_LEVEL = 24;

    /** Manifest levels of a file. */
    private static final int MAX_DEPTH = 32;

    private final byte[] bytes;
    private final int level;
    private final int prefixFrom;
    private final int prefixLength;
    private final long baseTime;
    private final String[] types;

    /** Where each item starts. */
    private final int[] offsets;

    private final long files;
    private final long size;
    private final long entries;

    private TreeNode(byte[] bytes, Decoder decoder) {
        this.bytes = bytes;
        this.level = decoder.level;
        this.prefixFrom = decoder.prefixFrom;
        this.prefixLength = decoder.prefixLength;
        this.baseTime = decoder.baseTime;
        this.types = decoder.types;
        this.offsets = decoder.offsets;
        this.files = decoder.files;
        this.size = decoder.size;
        this.entries = decoder.entries;
    }

    /**
     * Reads a node and checks all that an encoder promises: what is accepted would be encoded to
     * the same bytes. The array belongs to the node from then on.
     *
     * @throws pfs.error.PfsException CORRUPT
     */
    static TreeNode decode(byte[] bytes) {
        Decoder decoder = new Decoder(bytes);
        decoder.decode();
        return new TreeNode(bytes, decoder);
    }

    int level() {
        return level;
    }

    /** Items. */
    int count() {
        return offsets.length;
    }

    /** Files in it and below, at any depth. */
    long files() {
        return files;
    }

    /** Bytes of those files. */
    long bytes() {
        return size;
    }

    /** Names of this directory in it and below. */
    long entries() {
        return entries;
    }

    /** Bytes of memory, about. */
    int footprint() {
        return 160 + bytes.length + 4 * offsets.length + 64 * types.length;
    }

    /** The first item whose key is not less than this one; {@link #count} if there is none. */
    int search(byte[] key, int from, int to) {
        int end = Math.min(from + prefixLength, to);
        int order =
                Arrays.compareUnsigned(
                        key, from, end, bytes, prefixFrom, prefixFrom + prefixLength);
        if (order != 0) {
            return order < 0 ? 0 : offsets.length;
        }
        int low = 0;
        int high = offsets.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compareSuffix(middle, key, end, to) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    int search(Key key) {
        return search(key.array(), key.from(), key.to());
    }

    /** The item of exactly this key, or -1. */
    int find(byte[] key, int from, int to) {
        int suffix = from + prefixLength;
        boolean candidate =
                suffix <= to
                        && Arrays.equals(
                                key, from, suffix, bytes, prefixFrom, prefixFrom + prefixLength);
        int i = candidate ? search(key, from, to) : offsets.length;
        boolean found = i < offsets.length && compareSuffix(i, key, suffix, to) == 0;
        return found ? i : -1;
    }

    /** The order of item i's key and this one, which begins with the node's prefix. */
    private int compareSuffix(int i, byte[] key, int from, int to) {
        int at = offsets[i];
        int length = bytes[at++];
        if (length < 0) {
            length = (length & 0x7f) | bytes[at++] << 7;
        }
        return Arrays.compareUnsigned(bytes, at, at + length, key, from, to);
    }

    /** The key of item i. */
    Key key(int i) {
        NodeInput in = new NodeInput(bytes, offsets[i]);
        int length = (int) in.varint();
        byte[] key = Arrays.copyOfRange(bytes, prefixFrom, prefixFrom + prefixLength + length);
        System.arraycopy(bytes, in.at(), key, prefixLength, length);
        return new Key(key, 0, key.length);
    }

    private NodeInput afterKey(int i) {
        NodeInput in = new NodeInput(bytes, offsets[i]);
        in.skip((int) in.varint());
        return in;
    }

    /** Item i of a leaf. */
    Entry entry(int i) {
        NodeInput in = afterKey(i);
        return isDirectory(i, in.at()) ? directory(in) : file(in, baseTime, types);
    }

    private boolean isDirectory(int i, int afterKey) {
        boolean emptySuffix = bytes[offsets[i]] == 0;
        return bytes[emptySuffix ? prefixFrom + prefixLength - 1 : afterKey - 1] == '/';
    }

    /** Item i of an inner node. */
    Child child(int i) {
        NodeInput in = afterKey(i);
        return child(key(i), in);
    }

    /** The node of item i of an inner node. */
    ObjectId childId(int i) {
        return afterKey(i).id();
    }

    private static Child child(Key key, NodeInput in) {
        return new Child(
                key,
                in.id(),
                in.count(Long.MAX_VALUE),
                in.count(Long.MAX_VALUE),
                in.count(Long.MAX_VALUE));
    }

    private static DirectoryEntry directory(NodeInput in) {
        int flags = in.u8();
        if ((flags & ~EXPLICIT) != 0) {
            throw corrupt("has a directory with the flags " + flags);
        }
        return new DirectoryEntry(
                in.id(), in.count(Long.MAX_VALUE), in.count(Long.MAX_VALUE), flags == EXPLICIT);
    }

    private static FileEntry file(NodeInput in, long baseTime, String[] types) {
        int flags = in.u8();
        if ((flags & ~(EXECUTABLE | TYPED | ATTACHED)) != 0) {
            throw corrupt("has a file with the flags " + flags);
        }
        ObjectId id = in.id();
        int depth = in.u8();
        if (depth > MAX_DEPTH) {
            throw corrupt("has a file of depth " + depth + ", limit " + MAX_DEPTH);
        }
        Content content = new Content(id, depth, in.count(Long.MAX_VALUE));
        long modified = baseTime + in.zigzag();
        @Nullable String type =
                (flags & TYPED) == 0 ? null : types[(int) in.count(types.length - 1L)];
        Map<String, String> metadata = (flags & ATTACHED) == 0 ? Map.of() : metadata(in);
        return new FileEntry(content, (flags & EXECUTABLE) != 0, modified, type, metadata);
    }

    private static Map<String, String> metadata(NodeInput in) {
        int count = (int) in.count(MAX_BYTES);
        if (count == 0) {
            throw corrupt("has metadata without a name");
        }
        Map<String, String> metadata = HashMap.newHashMap(Math.min(count, 64));
        @Nullable String before = null;
        for (int i = 0; i < count; i++) {
            String name = in.text(MAX_BYTES);
            if (before != null && TreePath.order(before, name) >= 0) {
                throw corrupt("has metadata out of order");
            }
            before = name;
            metadata.put(name, in.text(MAX_BYTES));
        }
        return metadata;
    }

    /** Reads a node once, from the front, and checks it. */
    private static final class Decoder {
        private final byte[] bytes;
        private final NodeInput in;
        private int level;
        private int prefixFrom;
        private int prefixLength;
        private long baseTime;
        private String[] types = {};
        private int[] offsets = {};
        private long files;
        private long size;
        private long entries;
        private int typesUsed;
        private boolean anyFile;

        /** The keys of the item before and of this one, whole. */
        private byte[] last = new byte[TreePath.MAX_NAME + 1];

        private byte[] key = new byte[TreePath.MAX_NAME + 1];
        private int lastLength = -1;

        Decoder(byte[] bytes) {
            this.bytes = bytes;
            this.in = new NodeInput(bytes, 0);
        }

        void decode() {
            if (bytes.length > MAX_BYTES) {
                throw corrupt("is " + bytes.length + " bytes, limit " + MAX_BYTES);
            }
            int version = in.u8();
            if (version != VERSION) {
                throw corrupt("has the version " + version + ", known is " + VERSION);
            }
            level = in.u8();
            if (level > MAX_LEVEL) {
                throw corrupt("has the level " + level + ", limit " + MAX_LEVEL);
            }
            // Each item takes more than 32 bytes, which bounds what a false count allocates.
            offsets = new int[(int) in.count(bytes.length / ObjectId.BYTES)];
            prefixLength = (int) in.count(TreePath.MAX_NAME + 1L);
            prefixFrom = in.skip(prefixLength);
            System.arraycopy(bytes, prefixFrom, last, 0, prefixLength);
            System.arraycopy(bytes, prefixFrom, key, 0, prefixLength);
            if (level == 0) {
                head();
            }
            for (int i = 0; i < offsets.length; i++) {
                item(i);
            }
            verifyWhole();
        }

        private void head() {
            baseTime = in.zigzag();
            types = new String[(int) in.count(offsets.length)];
            for (int i = 0; i < types.length; i++) {
                types[i] = in.text(MAX_BYTES);
            }
            if (types.length > 1 && Set.copyOf(List.of(types)).size() < types.length) {
                throw corrupt("has a content type twice");
            }
        }

        private void item(int i) {
            offsets[i] = in.at();
            int length = (int) in.count(TreePath.MAX_NAME + 1L - prefixLength);
            int from = in.skip(length);
            System.arraycopy(bytes, from, key, prefixLength, length);
            boolean directory = verifyKey(prefixLength + length);
            if (level > 0) {
                Child child = child(new Key(key, 0, 0), in);
                add(child.files(), child.bytes(), child.entries());
            } else if (directory) {
                DirectoryEntry entry = directory(in);
                add(entry.files(), entry.bytes(), 1);
            } else {
                file();
            }
        }

        private void file() {
            int start = in.at();
            FileEntry file = TreeNode.file(in, baseTime, types);
            if (!anyFile && file.modified() != baseTime) {
                throw corrupt("has a base time that is not its first file's");
            }
            anyFile = true;
            String type = file.contentType();
            if (type != null && typesUsed < types.length && type.equals(types[typesUsed])) {
                typesUsed++;
            } else if (type != null
                    && Arrays.asList(types).subList(0, typesUsed).indexOf(type) < 0) {
                throw corrupt("has content types out of order at " + start);
            }
            add(1, file.content().size(), 1);
        }

        private void add(long moreFiles, long moreBytes, long moreEntries) {
            files += moreFiles;
            size += moreBytes;
            entries += moreEntries;
            if ((files | size | entries) < 0 || moreEntries == 0) {
                throw corrupt("has sums that cannot be");
            }
        }

        /** Checks the order and the name's rules; true for a directory. */
        private boolean verifyKey(int length) {
            if (lastLength >= 0
                    && Arrays.compareUnsigned(last, 0, lastLength, key, 0, length) >= 0) {
                throw corrupt("has keys out of order: " + new Key(key, 0, length));
            }
            boolean directory = length > 0 && key[length - 1] == '/';
            int end = directory ? length - 1 : length;
            verifyName(end);
            byte[] swap = last;
            last = key;
            key = swap;
            lastLength = length;
            return directory;
        }

        private void verifyName(int end) {
            if (end == 0
                    || end > TreePath.MAX_NAME
                    || (key[0] == '.' && (end == 1 || (end == 2 && key[1] == '.')))) {
                throw corrupt("has the name '" + new Key(key, 0, end) + "'");
            }
            boolean ascii = true;
            for (int i = 0; i < end; i++) {
                byte b = key[i];
                boolean control =
                        (b >= 0 && b < 0x20)
                                || b == 0x7f
                                || (b < (byte) 0xa0 && i > 0 && key[i - 1] == (byte) 0xc2);
                if (control || b == '/') {
                    throw corrupt("has a name with the byte " + (b & 0xff));
                }
                ascii &= b >= 0;
            }
            if (!ascii) {
                NodeInput.utf8(key, 0, end);
            }
        }

        private void verifyWhole() {
            if (!in.atEnd()) {
                throw corrupt("has " + (bytes.length - in.at()) + " bytes behind its end");
            }
            if (level > 0 && offsets.length == 0) {
                throw corrupt("is an inner node without children");
            }
            if (typesUsed < types.length || (!anyFile && baseTime != 0)) {
                throw corrupt("has a content type or time that no file uses");
            }
            if (prefixLength != commonPrefix()) {
                throw corrupt("has a prefix that is not the longest");
            }
        }

        /** Of sorted keys the first and the last tell. */
        private int commonPrefix() {
            if (offsets.length == 0) {
                return 0;
            }
            NodeInput first = new NodeInput(bytes, offsets[0]);
            int length = (int) first.varint();
            byte[] whole = Arrays.copyOf(last, prefixLength + length);
            System.arraycopy(bytes, first.skip(length), whole, prefixLength, length);
            return new Key(whole, 0, whole.length).commonPrefix(new Key(last, 0, lastLength));
        }
    }
}
