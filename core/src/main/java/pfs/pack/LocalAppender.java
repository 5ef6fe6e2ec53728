package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.disk.DiskFile;

/** Appends to a file; a write that failed is cut off again, so that the next one starts clean. */
final class LocalAppender implements AppendablePackStore.Appender {
    private final DiskFile file;
    private final Runnable onClose;
    private long size;
    private boolean unknown;

    LocalAppender(DiskFile file, Runnable onClose) throws IOException {
        this.file = file;
        this.onClose = onClose;
        this.size = file.size();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void append(ByteBuffer... parts) throws IOException {
        if (unknown) {
            throw new IOException("an earlier append failed and could not be taken back");
        }
        long length = 0;
        for (ByteBuffer part : parts) {
            length += part.remaining();
        }
        try {
            file.write(size, parts);
        } catch (IOException | RuntimeException e) {
            unknown = true;
            try {
                file.truncate(size);
                unknown = false;
            } catch (IOException | RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        size += length;
    }

    @Override
    public void sync() throws IOException {
        file.sync();
    }

    @Override
    public void truncate(long newSize) throws IOException {
        if (newSize > size) {
            throw new IllegalArgumentException("cannot cut " + size + " bytes to " + newSize);
        }
        file.truncate(newSize);
        size = newSize;
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            onClose.run();
        }
    }
}
