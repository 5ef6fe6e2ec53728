package pfs.repo;

import pfs.tree.FileEntry;

/** The answer to a durable write of a file. */
public record Written(FileEntry entry, boolean created) {}
