package pfs.chunk;

import java.nio.ByteBuffer;

/**
 * DRAFT. Takes the bytes of one file, cuts them into chunks and stores them. Not thread-safe; close
 * without finish drops what was given.
 */
public interface ContentWriter extends AutoCloseable {
    /** Takes all remaining bytes; they are copied or used before this returns. */
    void write(ByteBuffer bytes);

    /** Stores what is left and the manifest. */
    Content finish();

    @Override
    void close();
}
