package pfs.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Work that an interrupt must not end in the middle: it runs on a thread that nobody else knows,
 * which may be the caller's. A channel that is interrupted in a sync would hide the sync's own
 * failure, which must never be lost.
 */
final class Uninterrupted {
    private @Nullable Throwable failure;

    private Uninterrupted() {}

    /** What is to be done. */
    interface Work {
        void run() throws IOException;
    }

    static void run(Work work) throws IOException {
        if (Thread.currentThread() instanceof PrivateThread) {
            work.run();
            return;
        }
        Uninterrupted call = new Uninterrupted();
        Thread thread = Thread.ofVirtual().name("pfs-sync").start(() -> call.attempt(work));
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (call.failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IOException(e);
        }
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
    }
}
