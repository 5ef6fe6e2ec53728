package pfs.jobs.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.chunk.ContentWriter;
import pfs.jobs.memo.Result;
import pfs.jobs.workspace.Workspace;

/** Joins results to the files of output, of which there is a fixed number. Not thread-safe. */
final class PartWriter implements AutoCloseable {
    private final Workspace workspace;
    private final int parts;
    private final List<ReduceStage.Part> finished = new ArrayList<>();
    private ContentWriter current;
    private @Nullable String contentType;

    PartWriter(Workspace workspace, int parts) {
        this.workspace = workspace;
        this.parts = parts;
        this.current = workspace.newContent();
    }

    void add(Result result) throws IOException {
        for (Result.Output output : result.outputs()) {
            contentType = contentType == null ? output.contentType() : contentType;
            ContentWriter to = current;
            workspace.contents().read(output.content(), 0, output.content().size(), to::write);
        }
    }

    void endPart() {
        if (finished.size() < parts - 1) {
            finished.add(new ReduceStage.Part(current.finish(), contentType));
            current = workspace.newContent();
            contentType = null;
        }
    }

    /** All parts, the last ones perhaps empty. */
    List<ReduceStage.Part> finish() {
        finished.add(new ReduceStage.Part(current.finish(), contentType));
        while (finished.size() < parts) {
            try (ContentWriter empty = workspace.newContent()) {
                finished.add(new ReduceStage.Part(empty.finish(), null));
            }
        }
        return finished;
    }

    @Override
    public void close() {
        current.close();
    }
}
