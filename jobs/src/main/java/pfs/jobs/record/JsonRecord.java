package pfs.jobs.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import pfs.jobs.worker.BadAnswerException;

/**
 * A line of the form {@code ["key", value]}. The record's key is the string's UTF-8; its tail is
 * the whole line, so that it can be written again as it came.
 */
final class JsonRecord {
    private JsonRecord() {}

    static void parse(byte[] line, int start, int end, RecordSink sink) throws IOException {
        int open = skipBlank(line, start, end);
        int quote = open < end && line[open] == '[' ? skipBlank(line, open + 1, end) : end;
        if (quote >= end || line[quote] != '"') {
            throw bad(line, start, end);
        }
        int close = quote + 1;
        boolean escaped = false;
        while (close < end && line[close] != '"') {
            if (line[close] == '\\') {
                escaped = true;
                close++;
            }
            close++;
        }
        int comma = skipBlank(line, close + 1, end);
        if (comma >= end || line[comma] != ',' || lastOf(line, comma, end) != ']') {
            throw bad(line, start, end);
        }
        byte[] key =
                escaped
                        ? unescape(line, quote + 1, close, start, end)
                        : Arrays.copyOfRange(line, quote + 1, close);
        byte[] record = Arrays.copyOf(key, key.length + end - start);
        System.arraycopy(line, start, record, key.length, end - start);
        sink.record(record, 0, key.length, end - start);
    }

    /** The value's bytes within a tail: from, to. */
    static int[] value(byte[] bytes, int start, int end) {
        int at = skipBlank(bytes, skipBlank(bytes, start, end) + 1, end) + 1;
        while (bytes[at] != '"') {
            at += bytes[at] == '\\' ? 2 : 1;
        }
        int from = skipBlank(bytes, skipBlank(bytes, at + 1, end) + 1, end);
        int to = end;
        while (bytes[to - 1] != ']') {
            to--;
        }
        return new int[] {from, to - 1};
    }

    private static int skipBlank(byte[] line, int start, int end) {
        int at = start;
        while (at < end && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int lastOf(byte[] line, int start, int end) {
        int at = end - 1;
        while (at > start && (line[at] == ' ' || line[at] == '\r' || line[at] == '\t')) {
            at--;
        }
        return line[at];
    }

    private static byte[] unescape(byte[] line, int from, int to, int start, int end)
            throws BadAnswerException {
        String text = new String(line, from, to - from, StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            i++;
            char kind = i < text.length() ? text.charAt(i) : 0;
            switch (kind) {
                case '"', '\\', '/' -> out.append(kind);
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    if (i + 4 >= text.length()
                            || !text.substring(i + 1, i + 5).matches("[0-9a-fA-F]{4}")) {
                        throw bad(line, start, end);
                    }
                    out.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> throw bad(line, start, end);
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static BadAnswerException bad(byte[] line, int start, int end) {
        String text = new String(line, start, Math.min(end - start, 100), StandardCharsets.UTF_8);
        return new BadAnswerException("a record is not [\"key\", value]: '" + text + "'");
    }
}
