package pfs.jobs.memo;

import java.nio.ByteBuffer;
import java.util.Arrays;
import pfs.chunk.Content;
import pfs.meta.Bytes;
import pfs.object.ObjectId;

/**
 * A range of the bytes of stored content. Immutable.
 *
 * <p>Encoded: a version byte, the content's 32 bytes of id, a byte of depth and u64 size, u64
 * offset, u64 length, big-endian.
 */
public record Slice(Content content, long offset, long length) {
    private static final int VERSION = 1;
    private static final int BYTES = 1 + ObjectId.BYTES + 1 + 8 + 8 + 8;

    /** The place behind its last byte. */
    public long end() {
        return offset + length;
    }

    /** Whether its bytes lie in the same content, right in front of the other's. */
    public boolean isRightBefore(Slice next) {
        return content.equals(next.content) && end() == next.offset;
    }

    public Bytes encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.put((byte) VERSION).put(content.id().toBytes()).put((byte) content.depth());
        out.putLong(content.size()).putLong(offset).putLong(length);
        return Bytes.of(out.array());
    }

    /** Decodes what {@link #encode} made; IllegalArgumentException for anything else. */
    public static Slice decode(Bytes encoded) {
        byte[] bytes = encoded.array();
        if (bytes.length != BYTES || bytes[0] != VERSION) {
            throw new IllegalArgumentException("no slice: " + Arrays.toString(bytes));
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1 + ObjectId.BYTES, BYTES - 1 - ObjectId.BYTES);
        Content content = new Content(ObjectId.decode(bytes, 1), in.get() & 0xff, in.getLong());
        return new Slice(content, in.getLong(), in.getLong());
    }
}
