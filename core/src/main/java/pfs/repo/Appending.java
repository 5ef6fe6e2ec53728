package pfs.repo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.FileEntry;

/** The steps of an append: what must hold, and the file that it makes. */
final class Appending {
    private Appending() {}

    /** The caller's precondition, narrowed to "and the file is still as it was read". */
    static Precondition unchanged(@Nullable FileEntry old, Precondition precondition, String path) {
        boolean holds =
                switch (precondition) {
                    case Precondition.None _ -> true;
                    case Precondition.Create _, Precondition.Absent _ -> old == null;
                    case Precondition.Present _ -> old != null;
                    case Precondition.Matches(var ids) ->
                            old != null && ids.contains(old.content().id());
                    case Precondition.Differs(var ids) ->
                            old == null || !ids.contains(old.content().id());
                };
        if (!holds) {
            throw new PfsException(
                    ErrorCode.PRECONDITION_FAILED,
                    old == null
                            ? "there is no file '" + path + "'"
                            : "'" + path + "' is " + old.content().id() + " now",
                    path);
        }
        return old == null
                ? new Precondition.Absent()
                : new Precondition.Matches(Set.of(old.content().id()));
    }

    /** The old file's bytes and the tail's, cut as if they had come at once. */
    static FileEntry appended(
            ContentStore contents, @Nullable FileEntry old, Content tail, FileEntry template) {
        if (old == null) {
            return with(template, template, tail);
        }
        try (ContentWriter writer = contents.resume(old.content())) {
            contents.reader().read(tail, 0, tail.size(), writer::write);
            return with(old, template, writer.finish());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileEntry with(FileEntry like, FileEntry time, Content content) {
        return new FileEntry(
                content, like.executable(), time.modified(), like.contentType(), like.metadata());
    }
}
