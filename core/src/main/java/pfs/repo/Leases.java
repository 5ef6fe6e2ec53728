package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;

/**
 * Who is between storing objects and naming them: an upload, a fold, a commit, a run. Garbage
 * collection waits for those who began before it, since it cannot see what they hold; what those do
 * that begin later it learns from the journal. Also keeps, while garbage is collected, the commits
 * that were named, for a name may have gone again before it is looked for. Thread-safe.
 */
final class Leases {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();

    @GuardedBy("lock")
    private final TreeSet<Long> open = new TreeSet<>();

    @GuardedBy("lock")
    private long next;

    @GuardedBy("lock")
    private @Nullable List<ObjectId> named;

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

    /** From now on {@link #name} is kept. */
    void beginNaming() {
        lock.lock();
        try {
            named = new ArrayList<>();
        } finally {
            lock.unlock();
        }
    }

    /** A ref is about to name this commit. */
    void name(ObjectId commit) {
        lock.lock();
        try {
            if (named != null) {
                named.add(commit);
            }
        } finally {
            lock.unlock();
        }
    }

    List<ObjectId> named() {
        lock.lock();
        try {
            return named == null ? List.of() : List.copyOf(named);
        } finally {
            lock.unlock();
        }
    }

    void endNaming() {
        lock.lock();
        try {
            named = null;
        } finally {
            lock.unlock();
        }
    }
}
