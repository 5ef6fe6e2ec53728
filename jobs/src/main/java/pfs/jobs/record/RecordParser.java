package pfs.jobs.record;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import pfs.jobs.worker.BadAnswerException;

/**
 * Cuts a body into records. It reads in bulk and gives out places in its buffer; only a record that
 * crosses the buffer's end is moved. Not thread-safe.
 */
public final class RecordParser {
    private static final int BUFFER = 256 << 10;

    private final InputStream in;
    private final RecordSink sink;
    private byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private long count;

    private RecordParser(InputStream in, RecordSink sink) {
        this.in = in;
        this.sink = sink;
    }

    /**
     * Gives all records of the body to the sink.
     *
     * @return how many there were
     * @throws BadAnswerException the body is not in this framing, or a record is too long
     */
    public static long parse(Framing framing, InputStream in, RecordSink sink) throws IOException {
        RecordParser parser = new RecordParser(in, sink);
        switch (framing) {
            case TSV, NDJSON -> parser.lines(framing);
            case RECORDS -> parser.binary();
        }
        return parser.count;
    }

    private void lines(Framing framing) throws IOException {
        int scanned = from;
        while (true) {
            int end = indexOf((byte) '\n', scanned, to);
            if (end >= 0) {
                line(framing, from, end);
                from = end + 1;
                scanned = from;
                continue;
            }
            int pending = to - from;
            if (!fill()) {
                if (to > from) {
                    line(framing, from, to);
                }
                return;
            }
            scanned = from + pending;
        }
    }

    private int indexOf(byte wanted, int start, int end) {
        byte[] b = buffer;
        for (int i = start; i < end; i++) {
            if (b[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private void line(Framing framing, int start, int end) throws IOException {
        count++;
        if (framing == Framing.NDJSON) {
            if (end > start && !blank(start, end)) {
                JsonRecord.parse(buffer, start, end, sink);
            } else {
                count--;
            }
            return;
        }
        int tab = indexOf((byte) '\t', start, end);
        int keyEnd = tab < 0 ? end : tab;
        sink.record(buffer, start, keyEnd - start, end - keyEnd);
    }

    private boolean blank(int start, int end) {
        for (int i = start; i < end; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\r' && buffer[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    private void binary() throws IOException {
        while (require(4, true)) {
            int keyLength = length(from);
            require(4 + keyLength + 4, false);
            int tailLength = length(from + 4 + keyLength);
            require(8 + keyLength + tailLength, false);
            // The key moves over the second length, so that the value follows it.
            System.arraycopy(buffer, from + 4, buffer, from + 8, keyLength);
            count++;
            sink.record(buffer, from + 8, keyLength, tailLength);
            from += 8 + keyLength + tailLength;
        }
    }

    private int length(int at) throws BadAnswerException {
        int length =
                (buffer[at] & 0xff) << 24
                        | (buffer[at + 1] & 0xff) << 16
                        | (buffer[at + 2] & 0xff) << 8
                        | buffer[at + 3] & 0xff;
        if (length < 0 || length > RecordCodec.MAX_RECORD) {
            throw tooLong(Integer.toUnsignedLong(length));
        }
        return length;
    }

    /** Has so many bytes in the buffer; false at a clean end, if that may be. */
    private boolean require(int bytes, boolean mayEnd) throws IOException {
        while (to - from < bytes) {
            if (!fill()) {
                if (mayEnd && to == from) {
                    return false;
                }
                throw new BadAnswerException(
                        "the records end within a record: "
                                + (to - from)
                                + " bytes of at least "
                                + bytes);
            }
        }
        return true;
    }

    /** Reads more behind what is pending; false at the end. */
    private boolean fill() throws IOException {
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
        }
        if (to == buffer.length) {
            if (to > RecordCodec.MAX_RECORD) {
                throw tooLong(to);
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int n = in.read(buffer, to, buffer.length - to);
        if (n == 0) {
            throw new EOFException("a read gave nothing");
        }
        if (n < 0) {
            return false;
        }
        to += n;
        return true;
    }

    private static BadAnswerException tooLong(long bytes) {
        return new BadAnswerException(
                "a record has " + bytes + " bytes or more, limit " + RecordCodec.MAX_RECORD);
    }
}
