package pfs.repo;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.object.ObjectId;
import pfs.tree.FileEntry;

/**
 * A file's entry, an id and a text as the journal's records have them; the diagram is in {@link
 * JournalFormat}.
 */
final class FileFormat {
    private FileFormat() {}

    static void write(DataOutputStream out, FileEntry file) throws IOException {
        out.write(file.content().id().toBytes());
        out.writeByte(file.content().depth());
        out.writeLong(file.content().size());
        out.writeByte(file.executable() ? 1 : 0);
        out.writeLong(file.modified());
        @Nullable String type = file.contentType();
        out.writeByte(type == null ? 0 : 1);
        if (type != null) {
            writeText(out, type);
        }
        out.writeShort(file.metadata().size());
        for (Map.Entry<String, String> e : new TreeMap<>(file.metadata()).entrySet()) {
            writeText(out, e.getKey());
            writeText(out, e.getValue());
        }
    }

    static FileEntry read(DataInputStream in) throws IOException {
        ObjectId id = readId(in);
        int depth = in.readUnsignedByte();
        long size = in.readLong();
        boolean executable = in.readUnsignedByte() == 1;
        long modified = in.readLong();
        String type = in.readUnsignedByte() == 1 ? readText(in) : null;
        int pairs = in.readUnsignedShort();
        Map<String, String> metadata = new TreeMap<>();
        for (int i = 0; i < pairs; i++) {
            metadata.put(readText(in), readText(in));
        }
        return new FileEntry(new Content(id, depth, size), executable, modified, type, metadata);
    }

    static ObjectId readId(DataInputStream in) throws IOException {
        byte[] id = new byte[ObjectId.BYTES];
        in.readFully(id);
        return ObjectId.decode(id, 0);
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > 0xFFFF) {
            throw new IllegalArgumentException("a text of " + utf8.length + " bytes, limit 65535");
        }
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    static String readText(DataInputStream in) throws IOException {
        byte[] utf8 = new byte[in.readUnsignedShort()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
