package pfs.jobs.record;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Encodes records (see {@link RecordCodec}) into a sink of bytes. Not thread-safe. */
public final class RecordWriter implements RecordSink {
    private static final int BUFFER = 128 << 10;

    private final ByteSink out;
    private byte[] buffer = new byte[1 << 10];
    private int used;
    private long count;
    private long bytes;

    /** Takes bytes; the buffer is only valid during the call. */
    @FunctionalInterface
    public interface ByteSink {
        void accept(ByteBuffer bytes) throws IOException;
    }

    public RecordWriter(ByteSink out) {
        this.out = out;
    }

    @Override
    public void record(byte[] record, int key, int keyLength, int tailLength) throws IOException {
        int most = RecordCodec.MAX_HEADER + keyLength + tailLength;
        if (used + most > buffer.length) {
            makeRoom(most);
        }
        used = RecordCodec.encode(buffer, used, record, key, keyLength, tailLength);
        count++;
    }

    private void makeRoom(int most) throws IOException {
        if (buffer.length < BUFFER && used + most <= BUFFER) {
            buffer = java.util.Arrays.copyOf(buffer, Math.max(used + most, buffer.length * 4));
            return;
        }
        flush();
        if (most > buffer.length) {
            buffer = new byte[Math.max(most, BUFFER)];
        }
    }

    public long count() {
        return count;
    }

    /** Bytes that were written, once {@link #flush} was called. */
    public long bytes() {
        return bytes;
    }

    public void flush() throws IOException {
        if (used > 0) {
            bytes += used;
            out.accept(ByteBuffer.wrap(buffer, 0, used));
            used = 0;
        }
    }
}
