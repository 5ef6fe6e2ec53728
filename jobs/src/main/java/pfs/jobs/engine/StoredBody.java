package pfs.jobs.engine;

import java.io.IOException;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.jobs.worker.Body;
import pfs.object.StoredPart;

/**
 * A range of a stored file as a request's body: read when it is sent, by whoever is near to it.
 *
 * @param near as {@link Body#near}, of its first byte
 */
record StoredBody(ContentReader contents, Content content, long offset, long length, String near)
        implements Body {
    /** Finds out where the range is, once for all attempts. */
    static StoredBody of(ContentReader contents, Content content, long offset, long length) {
        String near = contents.locate(content, offset).map(StoredPart::blob).orElse("");
        return new StoredBody(contents, content, offset, length, near);
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        contents.read(content, offset, length, sink::accept);
    }

    @Override
    public void referTo(ContentReader.PartSink sink) throws IOException {
        contents.refer(content, offset, length, sink);
    }
}
