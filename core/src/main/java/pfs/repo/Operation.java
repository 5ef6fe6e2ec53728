package pfs.repo;

import org.jspecify.annotations.Nullable;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;

/** One change that a caller asks for; checked and applied in order by the {@link Evaluator}. */
sealed interface Operation {
    record Put(String path, FileEntry entry, Precondition precondition) implements Operation {}

    record Delete(String path, boolean recursive, Precondition precondition) implements Operation {}

    record MakeDirectory(String path) implements Operation {}

    /** From the branch itself when {@code source} is null, else from that root. */
    record Copy(String from, @Nullable DirectoryEntry source, String to) implements Operation {}

    record Move(String from, String to) implements Operation {}

    /** Lays a tree over a directory. */
    record Overlay(String directory, DirectoryEntry tree) implements Operation {}

    /** Makes the branch's files these, all of them. */
    record Replace(DirectoryEntry root) implements Operation {}

    /** Makes one path what it is in {@code head}. */
    record Unstage(String path, DirectoryEntry head) implements Operation {}
}
