package pfs.jobs.record;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;

/** Reads encoded records from somewhere that gives ranges of bytes, a window at a time. */
public final class StoredRun extends RecordSource {
    private final Ranges from;
    private final long size;
    private final int window;
    private long at;
    private int position;
    private int limit;

    /** Where the bytes are. */
    public interface Ranges extends AutoCloseable {
        void read(long offset, byte[] into, int position, int length) throws IOException;

        @Override
        default void close() throws IOException {}
    }

    /**
     * @param size bytes of the run
     * @param window bytes to read at once
     */
    public StoredRun(Ranges from, long size, int window) {
        this.from = from;
        this.size = size;
        this.window = window;
    }

    @Override
    public boolean next() throws IOException {
        if (!require(2)) {
            if (limit - position == 0) {
                return false;
            }
            throw new EOFException("a run of records ends within a record");
        }
        require(RecordCodec.MAX_HEADER);
        keyLength = RecordCodec.varint(bytes, position);
        int p = position + RecordCodec.varintBytes(keyLength);
        tailLength = RecordCodec.varint(bytes, p);
        int header = p + RecordCodec.varintBytes(tailLength) - position;
        if (keyLength < 0 || tailLength < 0 || !require(header + keyLength + tailLength)) {
            throw new EOFException("a run of records ends within a record");
        }
        key = position + header;
        position = key + keyLength + tailLength;
        return true;
    }

    /** True if so many bytes are in the buffer; false if the run has fewer. */
    private boolean require(int wanted) throws IOException {
        if (limit - position >= wanted) {
            return true;
        }
        if (at < size) {
            int pending = limit - position;
            int take = (int) Math.min(Math.max(window, wanted - pending), size - at);
            byte[] target = bytes.length < pending + take ? new byte[pending + take] : bytes;
            System.arraycopy(bytes, position, target, 0, pending);
            from.read(at, target, pending, take);
            bytes = target;
            at += take;
            position = 0;
            limit = pending + take;
        }
        return limit - position >= wanted;
    }

    @Override
    public void close() throws IOException {
        bytes = Arrays.copyOf(bytes, 0);
        from.close();
    }
}
