package pfs.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;

/** DRAFT. Reads the bytes of stored files, checked. Thread-safe. */
public interface ContentReader {
    /** Gives {@code length} bytes from {@code offset} on to the sink, in pieces, in order. */
    void read(Content content, long offset, long length, Sink sink) throws IOException;

    /** Takes a piece; the buffer is only valid during the call. */
    interface Sink {
        void accept(ByteBuffer piece) throws IOException;
    }
}
