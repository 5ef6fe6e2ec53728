package pfs.tree;

import pfs.object.ObjectId;

/**
 * A directory.
 *
 * @param tree its root node
 * @param files files below it, at any depth
 * @param bytes their sizes added up
 * @param explicit made by itself, so it stays when its last file goes
 */
public record DirectoryEntry(ObjectId tree, long files, long bytes, boolean explicit)
        implements Entry {}
