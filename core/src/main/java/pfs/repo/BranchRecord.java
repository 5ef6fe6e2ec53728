package pfs.repo;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.meta.Bytes;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/**
 * What the metadata store keeps of a branch, version 1, big-endian:
 *
 * <pre>
 * +--------+-----------------------+----------------------------+-----------+
 * | ver u8 | head: u8, 32 if 1     | work: tree 32, files 8,    | folded 8  |
 * |        |                       |       bytes 8              |           |
 * +--------+-----------------------+----------------------------+-----------+
 * </pre>
 *
 * @param head the branch's commit; null before the first
 * @param work the head's files with the uncommitted edits of the journal up to {@code folded}
 * @param folded the journal position that the work tree has seen; later records are replayed
 */
record BranchRecord(@Nullable ObjectId head, DirectoryEntry work, long folded) {
    private static final int VERSION = 1;

    Bytes encode() {
        ByteBuffer out = ByteBuffer.allocate(2 + 2 * ObjectId.BYTES + 24);
        out.put((byte) VERSION);
        out.put((byte) (head == null ? 0 : 1));
        if (head != null) {
            head.encode(out);
        }
        work.tree().encode(out);
        out.putLong(work.files()).putLong(work.bytes()).putLong(folded);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return Bytes.of(bytes);
    }

    static BranchRecord decode(String branch, Bytes bytes) {
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes.array());
            int version = in.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("version " + version);
            }
            ObjectId head = in.get() == 1 ? ObjectId.decode(in) : null;
            DirectoryEntry work =
                    new DirectoryEntry(ObjectId.decode(in), in.getLong(), in.getLong(), true);
            return new BranchRecord(head, work, in.getLong());
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "the record of branch " + branch + " does not decode: " + e.getMessage(),
                    branch,
                    e);
        }
    }
}
