package pfs.sync;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.RecordFormat;

/** Records and ids as they travel: one after the other, to the end of the stream. */
public final class RecordStream {
    private RecordStream() {}

    /** Bytes of records that are passed on at once, about. */
    private static final int PIECE = 256 << 10;

    /**
     * Reads records to the end, and passes on as many at a time as have come; also those that came
     * whole before the stream failed.
     *
     * @throws PfsException CORRUPT for bytes that are no record, OVER_LIMIT for one too long
     * @throws EOFException if the stream ends within a record
     */
    public static void read(InputStream in, Peer.Records into) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int size = 0;
        boolean more = true;
        @Nullable IOException failure = null;
        while (more) {
            try {
                int got = in.read(buffer, size, buffer.length - size);
                more = got >= 0;
                size += Math.max(got, 0);
            } catch (IOException e) {
                failure = e;
                more = false;
            }
            if (size == buffer.length || !more) {
                int whole = whole(buffer, size);
                if (whole > 0) {
                    into.records(ByteBuffer.wrap(buffer, 0, whole));
                }
                int room = room(buffer, whole, size);
                byte[] next = room > buffer.length ? new byte[room] : buffer;
                System.arraycopy(buffer, whole, next, 0, size - whole);
                buffer = next;
                size -= whole;
            }
        }
        if (failure != null) {
            throw failure;
        }
        if (size > 0) {
            throw new EOFException("the stream ended within a record");
        }
    }

    /** For the record that is not whole yet, and for more than the last time. */
    private static int room(byte[] buffer, int whole, int size) {
        return Math.max(length(buffer, whole, size), Math.min(PIECE, 2 * buffer.length));
    }

    /** Bytes of the whole records at the beginning. */
    private static int whole(byte[] buffer, int size) {
        int at = 0;
        while (true) {
            int length = length(buffer, at, size);
            if (length == 0 || length > size - at) {
                return at;
            }
            at += length;
        }
    }

    /** Of the record that begins there; 0 if its header has not come. */
    private static int length(byte[] buffer, int at, int size) {
        if (size - at < RecordFormat.HEADER) {
            return 0;
        }
        ByteBuffer header = ByteBuffer.wrap(buffer, at, RecordFormat.HEADER);
        int length = RecordFormat.lengthOf(header);
        if (length > Peer.MAX_RECORD) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "a record is " + length + " bytes, limit " + Peer.MAX_RECORD);
        }
        return length;
    }

    /** Ids, 32 bytes each. */
    public static byte[] encode(List<ObjectId> ids) {
        byte[] bytes = new byte[ids.size() * ObjectId.BYTES];
        for (int i = 0; i < ids.size(); i++) {
            ids.get(i).encode(bytes, i * ObjectId.BYTES);
        }
        return bytes;
    }

    /**
     * Reads ids.
     *
     * @throws PfsException INVALID_REQUEST if these are not whole ids
     */
    public static List<ObjectId> decode(byte[] bytes) {
        if (bytes.length % ObjectId.BYTES != 0) {
            throw new PfsException(
                    ErrorCode.INVALID_REQUEST, bytes.length + " bytes are not ids of 32 each");
        }
        List<ObjectId> ids = new ArrayList<>(bytes.length / ObjectId.BYTES);
        for (int at = 0; at < bytes.length; at += ObjectId.BYTES) {
            ids.add(ObjectId.decode(bytes, at));
        }
        return ids;
    }
}
