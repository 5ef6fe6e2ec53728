package pfs.server.files;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Range header (RFC 9110, 14.2), bytes only. */
final class Ranges {
    /** Ranges of one request; with more, or with more bytes than the file, it gets the file. */
    private static final int MOST = 16;

    private Ranges() {}

    /** Bytes {@code first} to {@code last}, both included. */
    record Range(long first, long last) {
        long length() {
            return last - first + 1;
        }

        String contentRange(long size) {
            return "bytes " + first + "-" + last + "/" + size;
        }
    }

    /**
     * The ranges that a file of this size has.
     *
     * @return null if the header is to be ignored; empty if nothing of it can be served (416)
     */
    static @Nullable List<Range> parse(String header, long size) {
        if (!header.regionMatches(true, 0, "bytes=", 0, 6)) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        long total = 0;
        String[] specs = header.substring(6).split(",", -1);
        for (String spec : specs) {
            String text = spec.strip();
            if (text.isEmpty()) {
                continue;
            }
            int dash = text.indexOf('-');
            if (dash < 0) {
                return null;
            }
            long first = number(text, 0, dash);
            long last = number(text, dash + 1, text.length());
            if (first == BROKEN || last == BROKEN || first == NONE && last == NONE) {
                return null;
            }
            if (first != NONE && last != NONE && last < first) {
                return null;
            }
            Range range = range(first, last, size);
            if (range != null) {
                ranges.add(range);
                total += range.length();
            }
        }
        boolean greedy = ranges.size() > 1 && (ranges.size() > MOST || total > size);
        return greedy || specs.length == 0 ? null : ranges;
    }

    private static @Nullable Range range(long first, long last, long size) {
        if (first == NONE) {
            return last == 0 || size == 0 ? null : new Range(Math.max(0, size - last), size - 1);
        }
        if (first >= size) {
            return null;
        }
        return new Range(first, last == NONE ? size - 1 : Math.min(last, size - 1));
    }

    private static final long NONE = -1;
    private static final long BROKEN = -2;

    private static long number(String text, int start, int end) {
        if (start == end) {
            return NONE;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return BROKEN;
            }
            // Beyond any file; the end is cut to the file's size.
            value = Math.min(Long.MAX_VALUE / 100, value * 10 + digit);
        }
        return value;
    }
}
