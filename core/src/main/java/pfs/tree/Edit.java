package pfs.tree;

/**
 * One change to a tree, at a path. Paths have no slash at either end; the root is "". Edits are
 * kept and applied in the order of {@link TreePath#order}, directories as {@code name/}; an edit of
 * a directory comes before the edits below it, which then work on its result.
 */
public sealed interface Edit {
    /** The file is this from now on, whatever it was. */
    record PutFile(FileEntry entry) implements Edit {}

    /** The file is gone; nothing happens when there was none. */
    record DeleteFile() implements Edit {}

    /** The directory is exactly this one from now on: a copy, a move or an unpacked tar. */
    record Graft(DirectoryEntry entry) implements Edit {}

    /** The directory and all below it are gone. */
    record DeleteDirectory() implements Edit {}

    /** The directory is there, and explicit; what is in it stays. */
    record MakeDirectory() implements Edit {}

    /** True for edits of directories, whose key in the order ends with a slash. */
    default boolean ofDirectory() {
        return switch (this) {
            case PutFile _, DeleteFile _ -> false;
            case Graft _, DeleteDirectory _, MakeDirectory _ -> true;
        };
    }
}
