package pfs.tree;

import pfs.object.ObjectId;

/**
 * What an inner node says of a node below it.
 *
 * @param lastKey the last key below it, its own copy; read only
 * @param id the node
 * @param files files in it and below, at any depth
 * @param bytes their sizes added up
 * @param entries names of this directory in it and below
 */
record Child(Key lastKey, ObjectId id, long files, long bytes, long entries) {}
