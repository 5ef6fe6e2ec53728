package pfs.jobs.engine;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Runtime;

/**
 * What the containers of one run wrote, and what happened to the run: a text file, a line each with
 * its time and container, up to a limit. Thread-safe; a disk that is full loses lines, not the run.
 */
public final class RunLog implements Runtime.LogSink, AutoCloseable {
    /** Bytes of a run's log. */
    private static final long MOST = 64L << 20;

    private final Path file;
    private final InstantSource clock;
    private @Nullable OutputStream out;
    private long bytes;
    private long unflushed;

    public RunLog(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        try {
            Files.createDirectories(file.getParent());
            out =
                    new BufferedOutputStream(
                            Files.newOutputStream(
                                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
            bytes = Files.size(file);
        } catch (IOException e) {
            out = null;
        }
    }

    @Override
    public synchronized void line(String worker, String line) {
        if (out == null || bytes > MOST) {
            return;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        String text = now + " " + worker + " " + line + "\n";
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        bytes += encoded.length;
        try {
            out.write(encoded);
            if (bytes > MOST) {
                out.write(
                        ("the log is longer than " + MOST + " bytes\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
            long t = System.nanoTime();
            if (t - unflushed > 100_000_000) {
                out.flush();
                unflushed = t;
            }
        } catch (IOException e) {
            out = null;
        }
    }

    public synchronized void flush() {
        try {
            if (out != null) {
                out.flush();
            }
        } catch (IOException e) {
            out = null;
        }
    }

    public Path file() {
        return file;
    }

    @Override
    public synchronized void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            // What could be kept is kept.
        }
        out = null;
    }
}
