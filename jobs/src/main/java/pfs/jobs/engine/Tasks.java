package pfs.jobs.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one run, each on a virtual thread, so many at once. The first failure ends all of
 * them. Thread-safe.
 */
final class Tasks implements AutoCloseable {
    private final IntSupplier most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();

    @GuardedBy("lock")
    private int running;

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * @param most tasks at once, now
     */
    Tasks(IntSupplier most) {
        this.most = most;
    }

    int most() {
        return most.getAsInt();
    }

    private void enter() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (running >= most.getAsInt()) {
                ended.await();
            }
            running++;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            running--;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Starts a task when there is room; throws what another one failed with. */
    <T> CompletableFuture<T> submit(Callable<T> task) throws InterruptedException {
        enter();
        CompletableFuture<T> result = new CompletableFuture<>();
        Throwable failed = failure.get();
        if (failed != null) {
            leave();
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
                                        leave();
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
        lock.lock();
        try {
            while (running > 0) {
                ended.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
