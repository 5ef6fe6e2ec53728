package pfs.jobs.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** Cuts a stream of bytes into lines, hands them on, and keeps the last few. Thread-safe. */
public final class LastLines {
    private static final int KEPT = 20;
    private static final int MAX_LINE = 8192;

    private final String worker;
    private final Runtime.LogSink sink;
    private final Deque<String> last = new ArrayDeque<>();
    private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();

    public LastLines(String worker, Runtime.LogSink sink) {
        this.worker = worker;
        this.sink = sink;
    }

    public synchronized void accept(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                flush();
            } else {
                line.write(bytes[i]);
                if (line.size() == MAX_LINE) {
                    flush();
                }
            }
        }
    }

    /** Ends a line that has no end. */
    public synchronized void finish() {
        if (line.size() > 0) {
            flush();
        }
    }

    private void flush() {
        String text = line.toString(java.nio.charset.StandardCharsets.UTF_8);
        line.reset();
        last.addLast(text);
        if (last.size() > KEPT) {
            last.removeFirst();
        }
        sink.line(worker, text);
    }

    public synchronized String text() {
        return String.join("\n", last);
    }
}
