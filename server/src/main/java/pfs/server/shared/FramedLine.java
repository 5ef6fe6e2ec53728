package pfs.server.shared;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import pfs.chunk.ContentReader;
import pfs.error.PfsException;
import pfs.jobs.worker.FrameReader;
import pfs.object.ObjectId;
import pfs.object.StoredPart;
import pfs.server.start.Front;

/**
 * What the leader writes to a worker here, with the bytes that this server reads of the store
 * itself filled in. One piece at a time; at most one chunk is in memory.
 */
final class FramedLine implements ContentReader.PartSink {
    /** Reads an object where the leader says that it lies. */
    @FunctionalInterface
    interface Reader {
        byte[] read(ObjectId id, StoredPart part) throws IOException;
    }

    private final Reader objects;
    private final EndPoint worker;
    private final Consumer<String> unread;
    private final FrameReader frames = new FrameReader(this);

    /**
     * @param unread is told why something cannot be read here
     */
    FramedLine(Reader objects, EndPoint worker, Consumer<String> unread) {
        this.objects = objects;
        this.worker = worker;
        this.unread = unread;
    }

    /** Takes the next piece; the callback is told when all of it went to the worker. */
    void write(ByteBuffer piece, Callback callback) {
        Front.WORKERS.execute(
                () -> {
                    try {
                        frames.accept(piece);
                    } catch (IOException | RuntimeException | Error e) {
                        callback.failed(e);
                        return;
                    }
                    callback.succeeded();
                });
    }

    @Override
    public void accept(ByteBuffer bytes) throws IOException {
        try (Blocker.Callback written = Blocker.callback()) {
            worker.write(written, bytes);
            written.block();
        }
    }

    @Override
    public void stored(ObjectId chunk, StoredPart part, int from, int count) throws IOException {
        byte[] bytes;
        try {
            bytes = objects.read(chunk, part);
        } catch (IOException | PfsException e) {
            unread.accept(String.valueOf(e.getMessage()));
            throw e;
        }
        if (from < 0 || count < 0 || count > bytes.length - from) {
            throw new IOException(
                    "bytes " + from + " to " + ((long) from + count) + " of " + bytes.length);
        }
        accept(ByteBuffer.wrap(bytes, from, count));
    }
}
