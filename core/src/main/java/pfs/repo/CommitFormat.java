package pfs.repo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;

/**
 * The bytes of a commit, big-endian, version 1; its id is their SHA-256.
 *
 * <pre>
 * +---------+---------+---------+---------+----------+--------------+
 * | ver u8  | tree 32 | files 8 | bytes 8 | parents 1| parent 32 ...|
 * +---------+---------+---------+---------+----------+--------------+
 * | number 8 | generation 8 | merges 8 | jump u8, 32 if 1 | time ns 8 |
 * +------------------------------------------------------------------+
 * | author text | message text | metadata u16 × (name text, value text)|
 * +------------------------------------------------------------------+
 * text: u32 length, UTF-8 bytes
 * </pre>
 */
final class CommitFormat {
    static final int VERSION = 1;
    static final int MAX_PARENTS = 16;
    static final int MAX_MESSAGE = 64 << 10;
    static final int MAX_AUTHOR = 1024;
    static final int MAX_METADATA = 64 << 10;

    private CommitFormat() {}

    /** What a commit is before it has an id. */
    record Draft(
            DirectoryEntry root,
            List<ObjectId> parents,
            long number,
            long generation,
            long merges,
            @Nullable ObjectId jump,
            long time,
            String author,
            String message,
            Map<String, String> metadata) {}

    static byte[] encode(Draft draft) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.write(draft.root.tree().toBytes());
            out.writeLong(draft.root.files());
            out.writeLong(draft.root.bytes());
            out.writeByte(draft.parents.size());
            for (ObjectId parent : draft.parents) {
                out.write(parent.toBytes());
            }
            out.writeLong(draft.number);
            out.writeLong(draft.generation);
            out.writeLong(draft.merges);
            out.writeByte(draft.jump == null ? 0 : 1);
            if (draft.jump != null) {
                out.write(draft.jump.toBytes());
            }
            out.writeLong(draft.time);
            writeText(out, draft.author);
            writeText(out, draft.message);
            out.writeShort(draft.metadata.size());
            for (Map.Entry<String, String> e : new TreeMap<>(draft.metadata).entrySet()) {
                writeText(out, e.getKey());
                writeText(out, e.getValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static Commit decode(ObjectId id, byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return read(id, in);
        } catch (IOException | IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.CORRUPT,
                    "commit " + id + " does not decode: " + e.getMessage(),
                    id.toString(),
                    e);
        }
    }

    private static Commit read(ObjectId id, DataInputStream in) throws IOException {
        int version = in.readUnsignedByte();
        check(version == VERSION, "version " + version + ", known is " + VERSION);
        DirectoryEntry root = new DirectoryEntry(readId(in), in.readLong(), in.readLong(), true);
        int parentCount = in.readUnsignedByte();
        check(parentCount <= MAX_PARENTS, parentCount + " parents, limit " + MAX_PARENTS);
        List<ObjectId> parents = new ArrayList<>();
        for (int i = 0; i < parentCount; i++) {
            parents.add(readId(in));
        }
        long number = in.readLong();
        long generation = in.readLong();
        long merges = in.readLong();
        int hasJump = in.readUnsignedByte();
        check(hasJump <= 1, "jump flag " + hasJump);
        ObjectId jump = hasJump == 1 ? readId(in) : null;
        long time = in.readLong();
        String author = readText(in, MAX_AUTHOR);
        String message = readText(in, MAX_MESSAGE);
        int pairs = in.readUnsignedShort();
        Map<String, String> metadata = new TreeMap<>();
        for (int i = 0; i < pairs; i++) {
            metadata.put(readText(in, MAX_METADATA), readText(in, MAX_METADATA));
        }
        check(in.read() < 0, "bytes behind the end");
        return new Commit(
                id,
                root,
                parents,
                number,
                generation,
                merges,
                jump,
                time,
                author,
                message,
                metadata);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private static ObjectId readId(DataInputStream in) throws IOException {
        byte[] id = new byte[ObjectId.BYTES];
        in.readFully(id);
        return ObjectId.decode(id, 0);
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static String readText(DataInputStream in, int limit) throws IOException {
        int length = in.readInt();
        check(length >= 0 && length <= limit, "a text of " + length + " bytes, limit " + limit);
        byte[] utf8 = new byte[length];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
