package pfs.object;

import java.nio.ByteBuffer;

/**
 * The bytes of one object, lent: valid until this is closed, once; then the memory may be
 * another's. Not thread-safe, but may be passed on.
 */
public interface ObjectBytes extends AutoCloseable {
    /** All bytes, from position to limit; not to be changed. */
    ByteBuffer bytes();

    @Override
    void close();

    /** Bytes that nobody wants back. */
    static ObjectBytes of(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        return new ObjectBytes() {
            @Override
            public ByteBuffer bytes() {
                return all;
            }

            @Override
            public void close() {}
        };
    }
}
