package pfs.cli.session;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import pfs.client.transfer.Progress;

/**
 * Counts what a transfer does, tells failures at once, and draws a bar on a terminal, none in a
 * pipe. Thread-safe.
 */
public final class ProgressBar implements Progress, AutoCloseable {
    private static final int MILLIS = 100;
    private static final int WIDTH = 24;
    private static final int SHOWN_FAILURES = 20;

    private final PrintStream err;
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong filesDone = new AtomicLong();
    private final AtomicLong bytesDone = new AtomicLong();
    private final AtomicInteger failures = new AtomicInteger();
    private final boolean terminal;
    private volatile boolean closed;

    public ProgressBar(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
        if (terminal) {
            Thread drawer = new Thread(this::draw, "pfs-bar");
            drawer.setDaemon(true);
            drawer.start();
        }
    }

    /** On standard error, whose kind the launcher tells. */
    public static ProgressBar onStandardError() {
        return new ProgressBar(System.err, Boolean.getBoolean("pfs.terminal"));
    }

    public long filesDone() {
        return filesDone.get();
    }

    public long bytesDone() {
        return bytesDone.get();
    }

    public int failures() {
        return failures.get();
    }

    @Override
    public void found(long moreFiles, long moreBytes) {
        files.addAndGet(moreFiles);
        bytes.addAndGet(moreBytes);
    }

    @Override
    public void done(long moreFiles, long moreBytes) {
        filesDone.addAndGet(moreFiles);
        bytesDone.addAndGet(moreBytes);
    }

    @Override
    public void failed(String path, String why) {
        int n = failures.incrementAndGet();
        if (n <= SHOWN_FAILURES) {
            say(path + ": " + why);
        } else if (n == SHOWN_FAILURES + 1) {
            say("more files fail, which are counted only");
        }
    }

    @Override
    public void skipped(String path, String why) {
        say(path + ": left out, " + why);
    }

    private synchronized void say(String line) {
        err.println((terminal ? "\r\033[K" : "") + "pfs: " + line);
    }

    private void draw() {
        try {
            while (!closed) {
                Thread.sleep(MILLIS);
                drawOnce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void drawOnce() {
        if (closed) {
            return;
        }
        long all = Math.max(1, bytes.get());
        long done = Math.min(all, bytesDone.get());
        int filled = (int) (done * WIDTH / all);
        err.printf(
                Locale.ROOT,
                "\r\033[K[%s%s] %,d of %,d files, %.1f of %.1f MB",
                "#".repeat(filled),
                " ".repeat(WIDTH - filled),
                filesDone.get(),
                files.get(),
                bytesDone.get() / 1e6,
                bytes.get() / 1e6);
        err.flush();
    }

    @Override
    public synchronized void close() {
        if (terminal && !closed) {
            err.print("\r\033[K");
            err.flush();
        }
        closed = true;
    }
}
