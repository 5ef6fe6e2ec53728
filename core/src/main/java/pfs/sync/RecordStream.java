package pfs.sync;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.pack.RecordFormat;

/** Records and ids as they travel: one after the other, to the end of the stream. */
public final class RecordStream {
    private RecordStream() {}

    /**
     * Reads records to the end.
     *
     * @throws PfsException CORRUPT for bytes that are no record, OVER_LIMIT for one too long
     * @throws EOFException if the stream ends within a record
     */
    public static void read(InputStream in, Peer.Records into) throws IOException {
        byte[] buffer = new byte[64 << 10];
        while (true) {
            int got = in.readNBytes(buffer, 0, RecordFormat.HEADER);
            if (got == 0) {
                return;
            }
            whole(got, RecordFormat.HEADER);
            int length = RecordFormat.lengthOf(ByteBuffer.wrap(buffer, 0, got));
            if (length > Peer.MAX_RECORD) {
                throw new PfsException(
                        ErrorCode.OVER_LIMIT,
                        "a record is " + length + " bytes, limit " + Peer.MAX_RECORD);
            }
            if (length > buffer.length) {
                buffer = java.util.Arrays.copyOf(buffer, Math.max(length, 2 * buffer.length));
            }
            int rest = length - RecordFormat.HEADER;
            whole(in.readNBytes(buffer, RecordFormat.HEADER, rest), rest);
            into.record(ByteBuffer.wrap(buffer, 0, length));
        }
    }

    private static void whole(int got, int wanted) throws EOFException {
        if (got < wanted) {
            throw new EOFException("the stream ended within a record");
        }
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
