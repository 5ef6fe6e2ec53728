package pfs.repo;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/**
 * A commit. Immutable.
 *
 * @param id the SHA-256 of its encoding
 * @param root the root directory
 * @param parents none for a first commit, two for a merge; the first is the branch's own line
 * @param number its place on the line of first parents: the first commit is 1
 * @param generation one more than the greatest of its parents'; the first is 1
 * @param merges commits of more than one parent on the line of first parents, this one included
 * @param jump an ancestor on the line of first parents, for seeks in O(log n); null for the first
 * @param time nanoseconds since 1970-01-01T00:00Z, later than the first parent's
 */
public record Commit(
        ObjectId id,
        DirectoryEntry root,
        List<ObjectId> parents,
        long number,
        long generation,
        long merges,
        @Nullable ObjectId jump,
        long time,
        String author,
        String message,
        Map<String, String> metadata) {
    public Commit {
        parents = List.copyOf(parents);
        metadata = Map.copyOf(metadata);
    }
}
