package pfs.client.http;

import java.io.IOException;
import java.io.OutputStream;

/** The bytes that a request carries; can be written again when the request is repeated. */
public interface Body {
    /** Bytes; -1 when that is not known, and the body is sent in chunks. */
    long length();

    /** Writes all bytes, and exactly as many as length says. */
    void writeTo(OutputStream out) throws IOException;

    /** False for a body, such as standard input, that can be read only once. */
    default boolean repeatable() {
        return true;
    }

    /** No body at all. */
    Body NONE = new Bytes(new byte[0], 0);

    /** The first {@code length} of these bytes. */
    record Bytes(byte[] bytes, int size) implements Body {
        @Override
        public long length() {
            return size;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes, 0, size);
        }
    }
}
