package pfs.repo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.tree.DirectoryEntry;
import pfs.tree.Edit;
import pfs.tree.FileEntry;

/**
 * The payload of a journal record, big-endian, version 1, or 2 if it has an op 7: the changes of
 * one group of writes, each with its branch, in the order in which they were accepted.
 *
 * <pre>
 * record: ver u8 | changes u32 | change ...
 * change: same u8 (1: branch as before) | if 0: repo u64, branch text | op u8 | op's fields
 *   op 1 put file          key text, file
 *   op 2 delete file       key text
 *   op 3 graft             key text, directory
 *   op 4 delete directory  key text
 *   op 5 make directory    key text
 *   op 6 replace all       directory
 *   op 7 answered          answer: see AnswerFormat
 * file: id 32 | depth u8 | size u64 | executable u8 | modified i64
 *       | type u8 (0: none), text if 1 | metadata u16 × (text, text)
 * directory: tree 32 | files u64 | bytes u64 | explicit u8
 * text: u16 length | UTF-8 bytes
 * </pre>
 */
final class JournalFormat {
    private static final int VERSION = 1;
    private static final int VERSION_WITH_ANSWERS = 2;

    private JournalFormat() {}

    /** One accepted change of one branch. */
    record Change(BranchId branch, Journaled journaled) {}

    static byte[] encode(List<Change> changes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 160 * changes.size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(hasAnswers(changes) ? VERSION_WITH_ANSWERS : VERSION);
            out.writeInt(changes.size());
            @Nullable BranchId before = null;
            for (Change change : changes) {
                boolean same = change.branch.equals(before);
                out.writeByte(same ? 1 : 0);
                if (!same) {
                    out.writeLong(change.branch.repo());
                    FileFormat.writeText(out, change.branch.branch());
                    before = change.branch;
                }
                writeOperation(out, change.journaled);
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static boolean hasAnswers(List<Change> changes) {
        return changes.stream().anyMatch(c -> c.journaled instanceof Journaled.Answered);
    }

    static List<Change> decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            check(
                    version == VERSION || version == VERSION_WITH_ANSWERS,
                    "version " + version + ", known are 1 and 2");
            int count = in.readInt();
            check(count >= 0 && count <= bytes.length, count + " changes");
            List<Change> changes = new ArrayList<>(count);
            @Nullable BranchId branch = null;
            for (int i = 0; i < count; i++) {
                if (in.readUnsignedByte() == 0) {
                    branch = new BranchId(in.readLong(), FileFormat.readText(in));
                }
                if (branch == null) {
                    throw new IllegalArgumentException("the first change has no branch");
                }
                changes.add(new Change(branch, readOperation(in)));
            }
            check(in.read() < 0, "bytes behind the end");
            return changes;
        } catch (IOException | IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "a journal record does not decode: " + e.getMessage(),
                    null,
                    e);
        }
    }

    private static void writeOperation(DataOutputStream out, Journaled journaled)
            throws IOException {
        switch (journaled) {
            case Journaled.Replaced(DirectoryEntry work) -> {
                out.writeByte(6);
                writeDirectory(out, work);
            }
            case Journaled.Edited(String key, Edit edit) -> writeEdit(out, key, edit);
            case Journaled.Answered(Answer answer) -> {
                out.writeByte(7);
                AnswerFormat.write(out, answer);
            }
        }
    }

    private static void writeEdit(DataOutputStream out, String key, Edit edit) throws IOException {
        switch (edit) {
            case Edit.PutFile(FileEntry file) -> {
                writeKey(out, 1, key);
                FileFormat.write(out, file);
            }
            case Edit.DeleteFile _ -> writeKey(out, 2, key);
            case Edit.Graft(DirectoryEntry directory) -> {
                writeKey(out, 3, key);
                writeDirectory(out, directory);
            }
            case Edit.DeleteDirectory _ -> writeKey(out, 4, key);
            case Edit.MakeDirectory _ -> writeKey(out, 5, key);
        }
    }

    private static Journaled readOperation(DataInputStream in) throws IOException {
        int op = in.readUnsignedByte();
        return switch (op) {
            case 1 ->
                    new Journaled.Edited(
                            FileFormat.readText(in), new Edit.PutFile(FileFormat.read(in)));
            case 2 -> new Journaled.Edited(FileFormat.readText(in), new Edit.DeleteFile());
            case 3 ->
                    new Journaled.Edited(
                            FileFormat.readText(in), new Edit.Graft(readDirectory(in)));
            case 4 -> new Journaled.Edited(FileFormat.readText(in), new Edit.DeleteDirectory());
            case 5 -> new Journaled.Edited(FileFormat.readText(in), new Edit.MakeDirectory());
            case 6 -> new Journaled.Replaced(readDirectory(in));
            case 7 -> new Journaled.Answered(AnswerFormat.read(in));
            default -> throw new IllegalArgumentException("unknown operation " + op);
        };
    }

    private static void writeKey(DataOutputStream out, int op, String key) throws IOException {
        out.writeByte(op);
        FileFormat.writeText(out, key);
    }

    private static void writeDirectory(DataOutputStream out, DirectoryEntry directory)
            throws IOException {
        out.write(directory.tree().toBytes());
        out.writeLong(directory.files());
        out.writeLong(directory.bytes());
        out.writeByte(directory.explicit() ? 1 : 0);
    }

    private static DirectoryEntry readDirectory(DataInputStream in) throws IOException {
        return new DirectoryEntry(
                FileFormat.readId(in), in.readLong(), in.readLong(), in.readUnsignedByte() == 1);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
