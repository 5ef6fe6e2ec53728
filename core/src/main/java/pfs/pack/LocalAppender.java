package pfs.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.disk.DiskFile;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Appends to a file; a write that failed is cut off again, so that the next one starts clean.
 *
 * <p>A sync of a file that grew has to write its length and its extents too, through the file
 * system's own journal, which costs as much again as the bytes. So where syncs are many and short,
 * zeros are written ahead of what is appended, and the next syncs change nothing but bytes. No
 * record begins with zeros, so a reader after a crash stops where they begin.
 */
final class LocalAppender implements AppendablePackStore.Appender {
    /** Bytes between two syncs up to which they are short. */
    private static final long SHORT = 128 << 10;

    /** So many short syncs, one after the other, are a habit. */
    private static final int HABIT = 8;

    /** Zeros are written so far ahead, but for half of what is there at most. */
    private static final int AHEAD = 1 << 20;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(AHEAD).asReadOnlyBuffer();

    private final DiskFile file;
    private final Runnable onClose;
    private volatile long size;

    /** Bytes of the file: from {@link #size} up to here are zeros. Of the appending thread. */
    private long reserved;

    private boolean unknown;
    private volatile long synced;
    private volatile int shortSyncs;

    LocalAppender(DiskFile file, Runnable onClose) throws IOException {
        this.file = file;
        this.onClose = onClose;
        this.size = file.size();
        this.reserved = size;
        this.synced = size;
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
            reserveAhead(size + length);
        } catch (IOException | RuntimeException e) {
            unknown = true;
            try {
                truncate(size);
                unknown = false;
            } catch (IOException | RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        size += length;
    }

    /** Writes zeros behind {@code end} where the next appends would make the file longer. */
    private void reserveAhead(long end) throws IOException {
        if (end <= reserved) {
            return;
        }
        reserved = end;
        if (shortSyncs >= HABIT) {
            int ahead = (int) Math.min(AHEAD, end / 2);
            try {
                reserved = end + ahead;
                file.write(end, ZEROS.slice(0, ahead));
            } catch (PfsException e) {
                if (e.code() != ErrorCode.DISK_FULL) {
                    throw e;
                }
                // There may be room for what is to be written all the same.
                file.truncate(end);
                reserved = end;
            }
        }
    }

    @Override
    public void sync() throws IOException {
        long reached = size;
        file.sync();
        shortSyncs = reached - synced <= SHORT ? Math.min(HABIT, shortSyncs + 1) : 0;
        synced = reached;
    }

    @Override
    public void finish() throws IOException {
        if (reserved > size) {
            truncate(size);
        }
    }

    @Override
    public void truncate(long newSize) throws IOException {
        if (newSize > size) {
            throw new IllegalArgumentException("cannot cut " + size + " bytes to " + newSize);
        }
        file.truncate(newSize);
        size = newSize;
        reserved = newSize;
    }

    @Override
    public void close() throws IOException {
        try {
            finish();
        } finally {
            try {
                file.close();
            } finally {
                onClose.run();
            }
        }
    }
}
