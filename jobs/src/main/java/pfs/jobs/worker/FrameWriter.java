package pfs.jobs.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.chunk.ContentReader;
import pfs.object.ObjectId;
import pfs.object.StoredPart;

/**
 * Writes requests for a worker to another server, which fills in what it can read of the store
 * itself: bytes, and the places of bytes. {@link FrameReader} is the other end. Numbers are
 * big-endian. Not thread-safe.
 *
 * <pre>
 * u8 1  u32 count  the bytes
 * u8 2  u8 length of the blob's name  the name in ASCII  u64 offset  u32 length
 *       32 bytes id of the chunk  u32 first byte of it  u32 count
 * </pre>
 */
final class FrameWriter implements ContentReader.PartSink {
    static final int BYTES = 1;
    static final int STORED = 2;

    /** Bytes of a frame of kind {@link #STORED} without the name. */
    static final int STORED_BYTES = 1 + 1 + 8 + 4 + ObjectId.BYTES + 4 + 4;

    static final int LONGEST_NAME = 255;

    private final Body.Sink out;
    private final ByteBuffer frames = ByteBuffer.allocate(8 << 10);

    /**
     * @param out takes all that it is given
     */
    FrameWriter(Body.Sink out) {
        this.out = out;
    }

    @Override
    public void accept(ByteBuffer piece) throws IOException {
        if (piece.hasRemaining()) {
            room(1 + Integer.BYTES);
            frames.put((byte) BYTES).putInt(piece.remaining());
            flush();
            out.accept(piece);
        }
    }

    @Override
    public void stored(ObjectId chunk, StoredPart part, int from, int count) throws IOException {
        byte[] name = part.blob().getBytes(US_ASCII);
        if (name.length > LONGEST_NAME) {
            throw new IllegalArgumentException("a blob's name of " + name.length + " bytes");
        }
        room(STORED_BYTES + name.length);
        frames.put((byte) STORED).put((byte) name.length).put(name);
        frames.putLong(part.offset()).putInt(part.length());
        frames.put(chunk.toBytes()).putInt(from).putInt(count);
    }

    private void room(int bytes) throws IOException {
        if (frames.remaining() < bytes) {
            flush();
        }
    }

    void flush() throws IOException {
        out.accept(frames.flip());
        frames.clear();
    }
}
