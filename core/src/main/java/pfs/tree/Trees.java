package pfs.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.NotInMemoryException;
import pfs.object.ObjectCache;
import pfs.object.ObjectId;
import pfs.object.ObjectKind;
import pfs.object.ObjectReader;

/**
 * Reads directory trees: finds paths and lists directories, over a bounded cache of nodes. Trees
 * never change, so answers hold for ever. Thread-safe; all methods throw CORRUPT for a damaged
 * tree.
 */
public final class Trees {
    private final ObjectReader reader;
    private final ObjectCache<TreeNode> cache;

    /**
     * @param cacheBytes memory for decoded nodes; 64 MiB hold the nodes of about a million names
     */
    public Trees(ObjectReader reader, long cacheBytes) {
        this(reader, new ObjectCache<>(cacheBytes));
    }

    private Trees(ObjectReader reader, ObjectCache<TreeNode> cache) {
        this.reader = reader;
        this.cache = cache;
    }

    /** These trees as far as they are in memory; for all else NotInMemoryException is thrown. */
    public Trees inMemory() {
        return new Trees(NotInMemoryException.reader(), cache);
    }

    /** Bytes of memory that cached nodes may take. */
    public long cacheBytes() {
        return cache.capacity();
    }

    /** Bytes of memory that cached nodes take, about. */
    public long cachedBytes() {
        return cache.held();
    }

    /** The directory of this tree; its sums are the root node's. */
    public DirectoryEntry directory(ObjectId tree, boolean explicit) {
        TreeNode node = node(tree);
        return new DirectoryEntry(tree, node.files(), node.bytes(), explicit);
    }

    /** The file or directory at a path below a root; "" is the root. */
    public Optional<Entry> find(DirectoryEntry root, String path) {
        if (path.isEmpty()) {
            return Optional.of(root);
        }
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        byte[] key = Arrays.copyOf(utf8, utf8.length + 1);
        key[utf8.length] = '/';
        DirectoryEntry at = root;
        int from = 0;
        while (true) {
            int slash = from;
            while (key[slash] != '/') {
                slash++;
            }
            if (slash == utf8.length) {
                Entry file = lookup(at, key, from, slash);
                return Optional.ofNullable(file != null ? file : lookup(at, key, from, slash + 1));
            }
            if (!(lookup(at, key, from, slash + 1) instanceof DirectoryEntry next)) {
                return Optional.empty();
            }
            at = next;
            from = slash + 1;
        }
    }

    /**
     * The entries of a directory in path order, read as they are asked for: its own names, or all
     * files below it and explicit directories without entries when recursive. Paths are whole paths
     * from the root.
     *
     * @param after only what comes after this key in the order: a whole path, with a slash at its
     *     end for a directory; "" for all
     * @throws PfsException NO_SUCH_PATH, NOT_A_DIRECTORY
     */
    public Iterator<PathEntry> list(
            DirectoryEntry root, String directory, String after, boolean recursive) {
        Entry entry =
                find(root, directory)
                        .orElseThrow(
                                () ->
                                        new PfsException(
                                                ErrorCode.NO_SUCH_PATH,
                                                "no such directory: " + directory,
                                                directory));
        return switch (entry) {
            case FileEntry _ ->
                    throw new PfsException(
                            ErrorCode.NOT_A_DIRECTORY,
                            directory + " is a file, not a directory",
                            directory);
            case DirectoryEntry found -> listing(found, directory, after, recursive);
        };
    }

    private Iterator<PathEntry> listing(
            DirectoryEntry found, String path, String after, boolean recursive) {
        String prefix = path.isEmpty() ? "" : path + "/";
        if (after.startsWith(prefix)) {
            return new Listing(this, found, prefix, after.substring(prefix.length()), recursive);
        }
        // All keys begin with the prefix, so they are all before "after" or all behind it.
        return TreePath.order(after, prefix) < 0
                ? new Listing(this, found, prefix, "", recursive)
                : Collections.emptyIterator();
    }

    /** The entry of a key in one directory; null if there is none. */
    @Nullable Entry lookup(DirectoryEntry directory, Key key) {
        return lookup(directory, key.array(), key.from(), key.to());
    }

    private @Nullable Entry lookup(DirectoryEntry directory, byte[] key, int from, int to) {
        TreeNode node = root(directory);
        while (node.level() > 0) {
            int i = node.search(key, from, to);
            if (i == node.count()) {
                return null;
            }
            node = child(node, i);
        }
        int i = node.find(key, from, to);
        return i < 0 ? null : node.entry(i);
    }

    /** The root node of a directory, which must have the sums that the entry says. */
    TreeNode root(DirectoryEntry directory) {
        TreeNode node = node(directory.tree());
        boolean bare = node.level() > 0 && node.count() == 1;
        if (bare || node.files() != directory.files() || node.bytes() != directory.bytes()) {
            throw corrupt(directory.tree(), "is not the directory that names it");
        }
        return node;
    }

    /** The child that item i of an inner node names, which must be as the item says. */
    TreeNode child(TreeNode parent, int i) {
        return child(parent.level(), parent.child(i));
    }

    private TreeNode child(int parentLevel, Child child) {
        TreeNode node = node(child.id());
        boolean same =
                node.level() == parentLevel - 1
                        && node.count() > 0
                        && node.files() == child.files()
                        && node.bytes() == child.bytes()
                        && node.entries() == child.entries()
                        && node.key(node.count() - 1).equals(child.lastKey());
        if (!same) {
            throw corrupt(child.id(), "is not the child that its parent names");
        }
        return node;
    }

    /** Any node by id. */
    TreeNode node(ObjectId id) {
        TreeNode cached = cache.get(id);
        if (cached != null) {
            return cached;
        }
        byte[] bytes = reader.read(id, ObjectKind.TREE);
        TreeNode node;
        try {
            node = TreeNode.decode(bytes);
        } catch (PfsException e) {
            throw new PfsException(e.code(), e.getMessage() + " (" + id + ")", id.toString(), e);
        }
        cache.put(id, node, node.footprint());
        return node;
    }

    /** Keeps a node that was just written: the next change reads it. */
    void keep(ObjectId id, TreeNode node) {
        cache.put(id, node, node.footprint());
    }

    static PfsException corrupt(ObjectId id, String what) {
        return new PfsException(
                ErrorCode.CORRUPT, "the tree node " + id + " " + what, id.toString());
    }
}
