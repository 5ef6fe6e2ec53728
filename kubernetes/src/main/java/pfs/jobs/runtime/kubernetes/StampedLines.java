package pfs.jobs.runtime.kubernetes;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.LastLines;

/**
 * Takes the times off a log's lines, {@code 2026-11-28T10:00:00.123456789Z text}, and leaves out
 * what came already when the log is read again from a moment in it. A line that was cut off comes
 * again whole. Keeps no line in memory. Not thread-safe.
 */
final class StampedLines {
    private static final int MOST_STAMP = 64;

    private final LastLines out;
    private final ByteArrayOutputStream stamp = new ByteArrayOutputStream(MOST_STAMP);
    private boolean inStamp = true;
    private boolean skipping;
    private @Nullable Instant current;
    private @Nullable Instant last;
    private @Nullable Instant resumed;

    StampedLines(LastLines out) {
        this.out = out;
    }

    /** Begins to read the log again; the time from which on it is needed, null for all of it. */
    @Nullable Instant resume() {
        out.finish();
        stamp.reset();
        inStamp = true;
        resumed = last;
        return last;
    }

    void accept(byte[] bytes, int length) {
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (inStamp) {
                from = i + 1;
                takeStamp(bytes[i]);
            }
            // A line without a time may end within it.
            if (!inStamp && bytes[i] == '\n') {
                pass(bytes, from, i + 1);
                from = i + 1;
                last = current == null ? last : current;
                inStamp = true;
            }
        }
        if (!inStamp) {
            pass(bytes, from, length);
        }
    }

    private void takeStamp(byte b) {
        if (b != ' ' && b != '\n' && stamp.size() < MOST_STAMP) {
            stamp.write(b);
            return;
        }
        inStamp = false;
        current = parse(stamp.toString(StandardCharsets.US_ASCII));
        skipping = resumed != null && current != null && !current.isAfter(resumed);
        if (current == null) {
            // Whatever it is, it is no time, and it is not to be lost.
            stamp.write(b);
            pass(stamp.toByteArray(), 0, stamp.size());
        } else if (b == '\n') {
            pass(new byte[] {'\n'}, 0, 1);
        }
        stamp.reset();
    }

    private void pass(byte[] bytes, int from, int to) {
        if (!skipping && to > from) {
            out.accept(bytes, from, to - from);
        }
    }

    private static @Nullable Instant parse(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
