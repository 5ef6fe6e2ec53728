package pfs.sync;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import pfs.error.PfsException;

/**
 * A few transfers at a time, each on a thread of its own. The first that fails is told to whoever
 * submits or waits next. For one thread to use.
 */
final class Streams {
    private final int most;
    private final Semaphore free;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** One transfer. */
    interface Task {
        void run() throws IOException;
    }

    Streams(int most) {
        this.most = most;
        this.free = new Semaphore(most);
    }

    /** Starts a transfer, when one of those before has ended if there are enough. */
    void submit(Task task) throws IOException {
        acquire(1);
        if (failure.get() != null) {
            free.release();
            throwFailure();
        }
        Thread.ofVirtual()
                .name("pfs-sync")
                .start(
                        () -> {
                            try {
                                task.run();
                            } catch (IOException | RuntimeException | Error e) {
                                failure.compareAndSet(null, e);
                            } finally {
                                free.release();
                            }
                        });
    }

    /** Returns when all have ended, well. */
    void await() throws IOException {
        settle();
        throwFailure();
    }

    /** Returns when all have ended, however. */
    void settle() throws IOException {
        acquire(most);
        free.release(most);
    }

    private void acquire(int permits) throws IOException {
        try {
            free.acquire(permits);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stop = new InterruptedIOException("interrupted");
            stop.initCause(e);
            throw stop;
        }
    }

    private void throwFailure() throws IOException {
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw new IOException(e.getMessage(), e);
            case PfsException e ->
                    throw new PfsException(
                            e.code(), String.valueOf(e.getMessage()), e.subject(), e);
            case Throwable e -> throw new IllegalStateException("a transfer failed", e);
        }
    }
}
