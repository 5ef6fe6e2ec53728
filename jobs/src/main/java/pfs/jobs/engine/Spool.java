package pfs.jobs.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import pfs.jobs.record.Spills;
import pfs.jobs.worker.Body;

/**
 * Bytes on their way to a container: in memory while they are few, in a temporary file beyond. Not
 * thread-safe while it is written; any number of readers afterwards.
 */
final class Spool extends OutputStream {
    static final int IN_MEMORY = 4 << 20;

    private final Spills spills;
    private byte[] memory = new byte[8 << 10];
    private int used;
    private Spills.@Nullable File file;

    Spool(Spills spills) {
        this.spills = spills;
    }

    long size() {
        return (file == null ? 0 : file.size()) + used;
    }

    @Override
    public void write(int b) throws IOException {
        if (used == memory.length) {
            makeRoom(1);
        }
        memory[used++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > memory.length - used) {
            makeRoom(length);
        }
        System.arraycopy(bytes, offset, memory, used, length);
        used += length;
    }

    /** The bytes and a line feed. */
    void writeLine(byte[] bytes, int offset, int length) throws IOException {
        if (length + 1 > memory.length - used) {
            makeRoom(length + 1);
        }
        System.arraycopy(bytes, offset, memory, used, length);
        used += length;
        memory[used++] = '\n';
    }

    private void makeRoom(int more) throws IOException {
        if (used + more > IN_MEMORY) {
            spill();
        }
        if (used + more > memory.length) {
            memory = Arrays.copyOf(memory, Math.max(used + more, memory.length * 2));
        }
    }

    private void spill() throws IOException {
        if (file == null) {
            file = spills.create();
        }
        file.append(ByteBuffer.wrap(memory, 0, used));
        used = 0;
    }

    /** All bytes written from {@code from} to {@code to}. */
    Body body(long from, long to) {
        return new Body() {
            @Override
            public long length() {
                return to - from;
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                give(from, to, sink);
            }
        };
    }

    private void give(long from, long to, Body.Sink sink) throws IOException {
        Spills.File spilled = file;
        long inFile = spilled == null ? 0 : spilled.size();
        long at = from;
        if (spilled != null && at < inFile) {
            byte[] window = new byte[(int) Math.min(256 << 10, inFile - at)];
            while (at < Math.min(to, inFile)) {
                int n = (int) Math.min(window.length, Math.min(to, inFile) - at);
                spilled.read(at, window, 0, n);
                sink.accept(ByteBuffer.wrap(window, 0, n));
                at += n;
            }
        }
        if (at < to) {
            sink.accept(ByteBuffer.wrap(memory, (int) (at - inFile), (int) (to - at)));
        }
    }

    @Override
    public void close() throws IOException {
        memory = new byte[0];
        if (file != null) {
            file.close();
        }
    }
}
