package pfs.tree;

/** What a name in a directory stands for: a file or a directory. Immutable. */
public sealed interface Entry permits FileEntry, DirectoryEntry {}
