package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who is between storing objects and naming them: an upload, a fold, a commit, a run. Garbage
 * collection waits for those who began before it, since it cannot see what they hold; what those do
 * that begin later it learns from the journal, and from {@link Naming}. Thread-safe.
 */
final class Leases {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();

    @GuardedBy("lock")
    private final TreeSet<Long> open = new TreeSet<>();

    @GuardedBy("lock")
    private long next;

    private final Naming naming = new Naming();

    /** What commits may be named meanwhile. */
    Naming naming() {
        return naming;
    }

    /** From now until it is closed, what its holder stores and reads stays. */
    Lease open() {
        lock.lock();
        try {
            long number = next++;
            open.add(number);
            return () -> close(number);
        } finally {
            lock.unlock();
        }
    }

    private void close(long number) {
        lock.lock();
        try {
            open.remove(number);
            closed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The number that the next lease will have. */
    long next() {
        lock.lock();
        try {
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all leases before a number are closed; false if it took longer than that. */
    boolean awaitBefore(long number, Duration patience) {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (!open.isEmpty() && open.first() < number) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = closed.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** How many are open. */
    int count() {
        lock.lock();
        try {
            return open.size();
        } finally {
            lock.unlock();
        }
    }
}
