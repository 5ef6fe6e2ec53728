package pfs.client.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that work off tasks from a short queue. The first exception stops everything: it is
 * thrown by the next submit, or by finish. Closing drops what is queued and waits for the rest.
 */
final class Workers implements AutoCloseable {
    private static final int THREADS = 3;
    private static final int QUEUE = 2;

    /** What a worker does. */
    interface Task {
        void run() throws IOException;
    }

    /** Comes after the last task, once for each thread. */
    private static final Task END = () -> {};

    private final BlockingQueue<Task> queue;
    private final Thread[] threads;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Workers() {
        this(THREADS, QUEUE);
    }

    Workers(int threads, int queued) {
        this.queue = new ArrayBlockingQueue<>(queued);
        this.threads = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            this.threads[i] = new Thread(this::work, "pfs-transfer-" + i);
            this.threads[i].setDaemon(true);
            this.threads[i].start();
        }
    }

    /** Waits for a place in the queue. */
    void submit(Task task) throws IOException {
        try {
            while (!queue.offer(task, 50, TimeUnit.MILLISECONDS)) {
                rethrow();
            }
            rethrow();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Waits until all is done. */
    void finish() throws IOException {
        end();
        rethrow();
    }

    /** Tells all threads to end, and waits for it. */
    private void end() throws IOException {
        try {
            for (int told = 0; told < threads.length && isAnyAlive(); told++) {
                while (isAnyAlive() && !queue.offer(END, 50, TimeUnit.MILLISECONDS)) {
                    // it is full until a thread takes something, or all of them have failed
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private boolean isAnyAlive() {
        return Arrays.stream(threads).anyMatch(Thread::isAlive);
    }

    private void work() {
        try {
            while (failure.get() == null) {
                Task task = queue.take();
                if (task == END) {
                    return;
                }
                task.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            failure.compareAndSet(null, e);
        }
    }

    private void rethrow() throws IOException {
        Throwable e = failure.get();
        if (e instanceof IOException) {
            throw (IOException) e;
        }
        if (e != null) {
            throw new IllegalStateException(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException stop = new InterruptedIOException("interrupted");
        stop.initCause(e);
        return stop;
    }

    @Override
    public void close() throws IOException {
        queue.clear();
        end();
    }
}
