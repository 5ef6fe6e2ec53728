package pfs.repo;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tells those who follow a store that refs have moved. Thread-safe. Told after the change is
 * durable and visible, with no lock held, so that a listener may wait.
 */
public final class Changes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private long count;

    @GuardedBy("lock")
    private boolean released;

    private volatile Listener listener = (_, _) -> {};

    /** One who is told. What it throws, whoever made the change is answered. */
    public interface Listener {
        /**
         * A branch of a repo has the head that it has, or something else of the repo has changed.
         *
         * @param repo the repo's number
         * @param branch null for tags, for branches that went, and for the repo itself
         */
        void changed(long repo, @Nullable String branch);
    }

    /**
     * @param start the count at the start: another one after each start of the store
     */
    Changes(long start) {
        this.count = start;
    }

    void tell(long repo, @Nullable String branch) {
        lock.lock();
        try {
            count++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        listener.changed(repo, branch);
    }

    /** Sets the one who is told from now on. */
    public void listen(Listener one) {
        listener = one;
    }

    /** Grows with each change. */
    public long count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of all who wait, for good: the store is about to close. */
    public void release() {
        lock.lock();
        try {
            released = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the count is another one than {@code seen}, or the time is over; the count. */
    public long awaitOther(long seen, long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (count == seen && left > 0 && !released) {
                left = changed.awaitNanos(left);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }
}
