package pfs.repo;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;

/**
 * An {@link Answer} in bytes, in a journal record (where it is a group's write) and in the metadata
 * (where it is a commit, or was written down), big-endian:
 *
 * <pre>
 * key 32 | request 32 | time i64 | created u8 | what u8 (0 nothing, 1 file, 2 commit) | file, or 32
 * </pre>
 */
final class AnswerFormat {
    private static final int NOTHING = 0;
    private static final int FILE = 1;
    private static final int COMMIT = 2;

    private AnswerFormat() {}

    static void write(DataOutputStream out, Answer answer) throws IOException {
        out.write(answer.once().key().toBytes());
        out.write(answer.once().request().toBytes());
        out.writeLong(answer.time());
        out.writeByte(answer.created() ? 1 : 0);
        @Nullable FileEntry file = answer.file();
        @Nullable ObjectId commit = answer.commit();
        if (file != null) {
            out.writeByte(FILE);
            FileFormat.write(out, file);
        } else if (commit != null) {
            out.writeByte(COMMIT);
            out.write(commit.toBytes());
        } else {
            out.writeByte(NOTHING);
        }
    }

    static Answer read(DataInputStream in) throws IOException {
        Once once = new Once(FileFormat.readId(in), FileFormat.readId(in));
        long time = in.readLong();
        boolean created = in.readUnsignedByte() == 1;
        int what = in.readUnsignedByte();
        return switch (what) {
            case NOTHING -> new Answer(once, time, created, null, null);
            case FILE -> new Answer(once, time, created, FileFormat.read(in), null);
            case COMMIT -> new Answer(once, time, created, null, FileFormat.readId(in));
            default -> throw new IllegalArgumentException("an answer of kind " + what);
        };
    }
}
