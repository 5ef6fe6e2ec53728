package pfs.tree;

/** An entry at its path (no slash at either end), as listings give it. */
public record PathEntry(String path, Entry entry) {}
