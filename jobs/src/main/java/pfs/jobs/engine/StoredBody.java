package pfs.jobs.engine;

import java.io.IOException;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.jobs.worker.Body;
import pfs.object.StoredPart;

/** A range of a stored file as a request's body: read when it is sent, by whoever is near to it. */
record StoredBody(ContentReader contents, Content content, long offset, long length)
        implements Body {
    @Override
    public void writeTo(Sink sink) throws IOException {
        contents.read(content, offset, length, sink::accept);
    }

    @Override
    public void referTo(ContentReader.PartSink sink) throws IOException {
        contents.refer(content, offset, length, sink);
    }

    @Override
    public String near() {
        return contents.locate(content, offset).map(StoredPart::blob).orElse("");
    }
}
