package pfs.jobs.worker;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.chunk.ContentReader;

/** The bytes of a request. Their number is known, and they can be written again for a retry. */
public interface Body {
    Body EMPTY = of(new byte[0], 0, 0);

    long length();

    /** Gives all bytes to the sink, in pieces, in order. */
    void writeTo(Sink sink) throws IOException;

    /** The same to who can be told where bytes are stored instead. */
    default void referTo(ContentReader.PartSink sink) throws IOException {
        writeTo(sink::accept);
    }

    /**
     * What of the store it is read from: bodies with the same are best read by the same server. ""
     * if that makes no difference.
     */
    default String near() {
        return "";
    }

    /** Takes a piece; the buffer is only valid during the call. */
    @FunctionalInterface
    interface Sink {
        void accept(ByteBuffer piece) throws IOException;
    }

    /** The bytes of an array, which must not change until the request is over. */
    static Body of(byte[] bytes, int offset, int length) {
        return new Body() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                sink.accept(ByteBuffer.wrap(bytes, offset, length));
            }
        };
    }
}
