package pfs.tree;

import org.jspecify.annotations.Nullable;

/**
 * A difference of two trees at one path: what was there and what is; null for nothing, never both.
 * Two directories differ here only in being explicit; what differs in them are changes of their
 * own.
 */
public record Change(String path, @Nullable Entry before, @Nullable Entry after) {
    /** The path, with a slash at its end for a directory: the place in the order. */
    public String key() {
        return before instanceof DirectoryEntry || after instanceof DirectoryEntry
                ? path + "/"
                : path;
    }
}
