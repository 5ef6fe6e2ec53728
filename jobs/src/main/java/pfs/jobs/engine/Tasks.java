package pfs.jobs.engine;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one run, each on a virtual thread, so many at once. The first failure ends all of
 * them. Thread-safe.
 */
final class Tasks implements AutoCloseable {
    private final int most;
    private final Semaphore room;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Tasks(int most) {
        this.most = most;
        this.room = new Semaphore(most);
    }

    int most() {
        return most;
    }

    /** Starts a task when there is room; throws what another one failed with. */
    <T> CompletableFuture<T> submit(Callable<T> task) throws InterruptedException {
        room.acquire();
        CompletableFuture<T> result = new CompletableFuture<>();
        Throwable failed = failure.get();
        if (failed != null) {
            room.release();
            throw rethrown(failed);
        }
        Thread thread =
                Thread.ofVirtual()
                        .name("task")
                        .unstarted(
                                () -> {
                                    try {
                                        result.complete(task.call());
                                    } catch (Throwable e) {
                                        fail(e);
                                        result.completeExceptionally(e);
                                    } finally {
                                        threads.remove(Thread.currentThread());
                                        room.release();
                                    }
                                });
        threads.add(thread);
        thread.start();
        if (failure.get() != null) {
            thread.interrupt();
        }
        return result;
    }

    private void fail(Throwable e) {
        if (failure.compareAndSet(null, e)) {
            threads.forEach(
                    t -> {
                        if (t != Thread.currentThread()) {
                            t.interrupt();
                        }
                    });
        }
    }

    /** The task's result; throws what the first failed task failed with. */
    <T> T await(CompletableFuture<T> task) throws InterruptedException {
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            Throwable first = failure.get();
            throw rethrown(first == null ? e.getCause() : first);
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException own ? own : new CompletionException(e);
    }

    /** Ends all tasks and waits until none is left. */
    @Override
    public void close() {
        failure.compareAndSet(null, new InterruptedException("the run ended"));
        threads.forEach(Thread::interrupt);
        room.acquireUninterruptibly(most);
        room.release(most);
    }
}
