package pfs.jobs.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes records in a framing, as they came. */
public final class RecordFormat {
    private RecordFormat() {}

    /** The record in its framing, whole. */
    public static void write(Framing framing, RecordSource r, OutputStream out) throws IOException {
        byte[] bytes = r.bytes();
        int tail = r.key() + r.keyLength();
        switch (framing) {
            case TSV -> {
                out.write(bytes, r.key(), r.keyLength() + r.tailLength());
                out.write('\n');
            }
            case NDJSON -> {
                out.write(bytes, tail, r.tailLength());
                out.write('\n');
            }
            case RECORDS -> {
                out.write(ByteBuffer.allocate(4).putInt(r.keyLength()).array());
                out.write(bytes, r.key(), r.keyLength());
                out.write(ByteBuffer.allocate(4).putInt(r.tailLength()).array());
                out.write(bytes, tail, r.tailLength());
            }
        }
    }

    /** The record's value alone, as a line. */
    public static void writeValue(Framing framing, RecordSource r, OutputStream out)
            throws IOException {
        byte[] bytes = r.bytes();
        int tail = r.key() + r.keyLength();
        switch (framing) {
            case TSV -> {
                int tab = r.tailLength() > 0 ? 1 : 0;
                out.write(bytes, tail + tab, r.tailLength() - tab);
            }
            case NDJSON -> {
                int[] value = JsonRecord.value(bytes, tail, tail + r.tailLength());
                out.write(bytes, value[0], value[1] - value[0]);
            }
            case RECORDS -> out.write(bytes, tail, r.tailLength());
        }
        out.write('\n');
    }

    /** The content type of values, a line each. */
    public static String valueType(Framing framing) {
        return framing == Framing.NDJSON ? framing.contentType() : "text/plain";
    }
}
