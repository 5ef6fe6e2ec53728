package pfs.jobs.memo;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.jobs.record.Framing;
import pfs.meta.Bytes;
import pfs.object.ObjectId;

/**
 * What a task made. Immutable.
 *
 * <p>Encoded: a version byte; the framing's ordinal and one, or 0; u64 records; u16 counters, each
 * a text and u64; u32 outputs, each an optional location, an optional content type, the content's
 * 32 bytes of id, a byte of depth and u64 size. Texts are u16 length and modified UTF-8 (Java's
 * DataOutput), optional ones behind a byte that says whether they are there.
 *
 * @param framing of a sorted run of records; null for files
 * @param records number of records, 0 for files
 */
public record Result(
        @Nullable Framing framing,
        long records,
        SortedMap<String, Long> counters,
        List<Output> outputs) {
    private static final int VERSION = 1;

    public Result {
        counters = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(counters));
        outputs = List.copyOf(outputs);
    }

    /**
     * A file, or a run of records.
     *
     * @param location its path, when the container gave one
     */
    public record Output(
            @Nullable String location, @Nullable String contentType, Content content) {}

    /** Bytes of all outputs. */
    public long bytes() {
        return outputs.stream().mapToLong(o -> o.content().size()).sum();
    }

    public Bytes encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(VERSION);
            out.writeByte(framing == null ? 0 : framing.ordinal() + 1);
            out.writeLong(records);
            out.writeShort(counters.size());
            for (Map.Entry<String, Long> counter : counters.entrySet()) {
                out.writeUTF(counter.getKey());
                out.writeLong(counter.getValue());
            }
            out.writeInt(outputs.size());
            for (Output output : outputs) {
                writeText(out, output.location());
                writeText(out, output.contentType());
                out.write(output.content().id().toBytes());
                out.writeByte(output.content().depth());
                out.writeLong(output.content().size());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.of(bytes.toByteArray());
    }

    /** Decodes what {@link #encode} made; IllegalArgumentException for anything else. */
    public static Result decode(Bytes encoded) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(encoded.array()))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IllegalArgumentException("a result of version " + version);
            }
            int framing = in.readUnsignedByte();
            long records = in.readLong();
            SortedMap<String, Long> counters = new TreeMap<>();
            for (int n = in.readUnsignedShort(); n > 0; n--) {
                counters.put(in.readUTF(), in.readLong());
            }
            List<Output> outputs = new ArrayList<>();
            for (int n = in.readInt(); n > 0; n--) {
                outputs.add(
                        new Output(
                                readText(in),
                                readText(in),
                                new Content(
                                        ObjectId.decode(in.readNBytes(ObjectId.BYTES), 0),
                                        in.readUnsignedByte(),
                                        in.readLong())));
            }
            Framing known = framing == 0 ? null : Framing.values()[framing - 1];
            return new Result(known, records, counters, outputs);
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a damaged result", e);
        }
    }

    private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    private static @Nullable String readText(DataInputStream in) throws IOException {
        return in.readBoolean() ? in.readUTF() : null;
    }
}
