package pfs.tree;

import java.util.Map;

/**
 * Where a node ends. The items of a level are cut from the left, each cut a function of the items
 * since the one before it, so a directory's nodes depend on what is in it and never on how it came
 * to be.
 *
 * <p>After an item a node ends if the hash of its key, salted with the level, falls below a part of
 * the hash's range that is proportional to the item's weight: nodes come out at about {@link
 * #LEAST} + {@link #TARGET} = 7 KiB of weight, 90 to 130 names of usual length, whether entries are
 * small or carry long metadata. Only the key's bytes and the lengths (in UTF-16 units) of the
 * content type and of the metadata are weighed, so new content at a name moves no boundary.
 *
 * <p>A node never ends below {@link #LEAST} unless it is the last, and always ends at {@link
 * #MOST}: names chosen so that no hash is ever low make nodes of MOST, not larger ones. What that
 * costs: a change in such a run moves every forced cut behind it, so it rewrites the run up to its
 * next hash cut; by chance a run of two forced cuts comes once in about 10^8 nodes.
 */
final class NodeCut {
    /** Weight below which no node ends. */
    static final int LEAST = 2 * 1024;

    /** Mean weight from there to the next cut by hash. */
    static final int TARGET = 5 * 1024;

    /** Weight at which a node ends in any case. */
    static final int MOST = 48 * 1024;

    /** Weight of an item without its key and what the user attached. */
    private static final int FIXED = 46;

    private NodeCut() {}

    /** The weight of an inner node's item. */
    static int weight(Key key) {
        return FIXED + key.length();
    }

    /** The weight of a leaf's item. */
    static int weight(Key key, Entry entry) {
        return switch (entry) {
            case DirectoryEntry _ -> FIXED + key.length();
            case FileEntry file -> FIXED + key.length() + attached(file);
        };
    }

    /** UTF-16 units of what the user attached to a file. */
    static int attached(FileEntry file) {
        int units = file.contentType() == null ? 0 : file.contentType().length();
        for (Map.Entry<String, String> pair : file.metadata().entrySet()) {
            units += 2 + pair.getKey().length() + pair.getValue().length();
        }
        return units;
    }

    /** True if the node ends after this item, {@code total} being its weight with it. */
    static boolean after(int level, Key key, int weight, int total) {
        if (total >= MOST) {
            return true;
        }
        return total >= LEAST
                && (weight >= TARGET
                        || Long.compareUnsigned(
                                        hash(level, key), Long.divideUnsigned(-1L, TARGET) * weight)
                                < 0);
    }

    /** FNV-1a, 64 bits, over the level and the key, finished as MurmurHash3 finishes. */
    static long hash(int level, Key key) {
        long hash = (0xcbf29ce484222325L ^ level) * 0x100000001b3L;
        byte[] bytes = key.array();
        for (int i = key.from(); i < key.to(); i++) {
            hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }
}
