package pfs.jobs.worker;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import pfs.chunk.ContentReader;
import pfs.object.ObjectId;
import pfs.object.StoredPart;

/**
 * Takes what a {@link FrameWriter} wrote, in pieces of any size, and passes on what it says. Not
 * thread-safe; keeps less than 512 bytes.
 */
public final class FrameReader {
    private final ContentReader.PartSink into;

    /** A frame that has not come whole, without the bytes of one that is bytes. */
    private final ByteBuffer begun =
            ByteBuffer.allocate(FrameWriter.STORED_BYTES + FrameWriter.LONGEST_NAME);

    private int bytesLeft;

    public FrameReader(ContentReader.PartSink into) {
        this.into = into;
    }

    /**
     * Takes the next piece, all of it.
     *
     * @throws IOException of the sink, or if these are no frames
     */
    public void accept(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            if (bytesLeft > 0) {
                int count = Math.min(bytesLeft, piece.remaining());
                into.accept(piece.slice(piece.position(), count));
                piece.position(piece.position() + count);
                bytesLeft -= count;
            } else {
                begun.put(piece.get());
                if (begun.position() == wanted()) {
                    take(begun.flip());
                    begun.clear();
                }
            }
        }
    }

    /** Bytes of the frame that has begun, as far as that is known; at least one more than came. */
    private int wanted() throws IOException {
        return switch (begun.get(0)) {
            case FrameWriter.BYTES -> 1 + Integer.BYTES;
            case FrameWriter.STORED ->
                    begun.position() < 2
                            ? FrameWriter.STORED_BYTES
                            : FrameWriter.STORED_BYTES + (begun.get(1) & 0xff);
            default -> throw new IOException("there is no frame of kind " + begun.get(0));
        };
    }

    private void take(ByteBuffer frame) throws IOException {
        if (frame.get() == FrameWriter.BYTES) {
            bytesLeft = frame.getInt();
            if (bytesLeft < 0) {
                throw new IOException("a frame of " + bytesLeft + " bytes");
            }
            return;
        }
        byte[] name = new byte[frame.get() & 0xff];
        frame.get(name);
        StoredPart part =
                new StoredPart(new String(name, US_ASCII), frame.getLong(), frame.getInt());
        byte[] id = new byte[ObjectId.BYTES];
        frame.get(id);
        into.stored(ObjectId.decode(id, 0), part, frame.getInt(), frame.getInt());
    }
}
