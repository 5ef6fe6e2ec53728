package pfs.repo;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * What a committer says.
 *
 * @param expectedHead the head must be this one (PRECONDITION_FAILED if not); null for any
 */
public record CommitRequest(
        String message,
        String author,
        Map<String, String> metadata,
        @Nullable ObjectId expectedHead) {
    public CommitRequest {
        metadata = Map.copyOf(metadata);
    }
}
