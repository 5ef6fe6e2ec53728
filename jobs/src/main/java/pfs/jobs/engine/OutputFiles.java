package pfs.jobs.engine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.jobs.record.RecordSorter;
import pfs.jobs.record.RecordSource;
import pfs.jobs.record.Spills;
import pfs.jobs.workspace.Workspace;
import pfs.object.ObjectId;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;

/**
 * Collects the files of an output in any order, in bounded memory, and makes their tree. Two inputs
 * that write one path are found here, whatever the order. Not thread-safe.
 */
final class OutputFiles implements AutoCloseable {
    private final RecordSorter sorter;
    private final long time;

    /**
     * @param time of all files, in nanoseconds: the input's, so that equal runs make equal trees
     */
    OutputFiles(Spills spills, long memory, long time) {
        this.sorter = new RecordSorter(spills, memory);
        this.time = time;
    }

    void add(String path, String source, Content content, @Nullable String contentType)
            throws IOException {
        byte[] key = path.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream record = new ByteArrayOutputStream(key.length + 100);
        record.write(key);
        DataOutputStream out = new DataOutputStream(record);
        out.write(content.id().toBytes());
        out.writeByte(content.depth());
        out.writeLong(content.size());
        out.writeBoolean(contentType != null);
        out.writeUTF(contentType == null ? "" : contentType);
        out.writeUTF(source);
        byte[] bytes = record.toByteArray();
        sorter.record(bytes, 0, key.length, bytes.length - key.length);
    }

    DirectoryEntry tree(Workspace workspace) throws IOException {
        try (RecordSource sorted = sorter.sorted()) {
            return workspace.tree(new Files(sorted));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() throws IOException {
        sorter.close();
    }

    private record Decoded(String path, String source, FileEntry entry) {}

    private final class Files implements Iterator<Workspace.File> {
        private final RecordSource sorted;
        private @Nullable Decoded next;

        Files(RecordSource sorted) {
            this.sorted = sorted;
            this.next = advance(null);
        }

        private @Nullable Decoded advance(@Nullable Decoded before) {
            try {
                if (!sorted.next()) {
                    return null;
                }
                Decoded now = decode();
                if (before != null && before.path().equals(now.path())) {
                    throw new RunFailure(
                            "two inputs write the output '"
                                    + now.path()
                                    + "': '"
                                    + before.source()
                                    + "' and '"
                                    + now.source()
                                    + "'");
                }
                return now;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Decoded decode() throws IOException {
            int tail = sorted.key() + sorted.keyLength();
            String path =
                    new String(
                            sorted.bytes(),
                            sorted.key(),
                            sorted.keyLength(),
                            StandardCharsets.UTF_8);
            byte[] bytes = Arrays.copyOfRange(sorted.bytes(), tail, tail + sorted.tailLength());
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
            Content content =
                    new Content(
                            ObjectId.decode(in.readNBytes(ObjectId.BYTES), 0),
                            in.readUnsignedByte(),
                            in.readLong());
            boolean typed = in.readBoolean();
            String type = in.readUTF();
            String source = in.readUTF();
            return new Decoded(
                    path,
                    source,
                    new FileEntry(content, false, time, typed ? type : null, Map.of()));
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Workspace.File next() {
            Decoded now = next;
            if (now == null) {
                throw new NoSuchElementException();
            }
            next = advance(now);
            return new Workspace.File(now.path(), now.entry());
        }
    }
}
