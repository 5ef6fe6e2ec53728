package pfs.tree;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;

/**
 * A file.
 *
 * @param content its bytes
 * @param executable the only mode bit that pfs keeps
 * @param modified nanoseconds since 1970-01-01T00:00Z (1678 to 2262)
 * @param contentType as the client gave it, or null
 * @param metadata the user's names and values, few and small; immutable, in no order
 */
public record FileEntry(
        Content content,
        boolean executable,
        long modified,
        @Nullable String contentType,
        Map<String, String> metadata)
        implements Entry {
    public FileEntry {
        metadata = Map.copyOf(metadata);
    }

    /** Equal but for the time: what merge, diff and "nothing changed" compare. */
    public boolean sameContent(FileEntry other) {
        return content.equals(other.content)
                && executable == other.executable
                && java.util.Objects.equals(contentType, other.contentType)
                && metadata.equals(other.metadata);
    }
}
