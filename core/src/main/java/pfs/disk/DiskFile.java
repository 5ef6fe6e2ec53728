package pfs.disk;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of a {@link Disk}. Thread-safe; an interrupt of a thread that works with it harms
 * nobody else, and the work itself goes on to its end.
 */
public interface DiskFile extends AutoCloseable {
    /**
     * Fills {@code into} from {@code offset} on.
     *
     * @return bytes read: fewer than asked for only at the file's end; -1 if the offset is at or
     *     past it
     */
    int read(ByteBuffer into, long offset) throws IOException;

    /**
     * Writes all of the parts, one behind the other, from {@code offset} on. After a failure any
     * part of the bytes may be there.
     *
     * @throws pfs.error.PfsException DISK_FULL
     */
    void write(long offset, ByteBuffer... parts) throws IOException;

    /**
     * Returns when the bytes and the length, as they were before the call, are on stable storage
     * (fdatasync). After a failure nobody knows which bytes are: do not try again, start anew.
     */
    void sync() throws IOException;

    /** Bytes. */
    long size() throws IOException;

    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
}
