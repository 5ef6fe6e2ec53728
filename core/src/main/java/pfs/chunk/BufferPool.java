package pfs.chunk;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * The buffers that all uploads of a process share, and the limit on their sum. Thread-safe.
 *
 * <p>Buffers come in a few sizes, each four times the last, so that an upload begins small and
 * grows by lending the next size. A borrower who finds the limit reached waits in line; after the
 * given patience he is refused (BUSY). That nobody waits for ever while each holds a part: a part
 * of the limit, the reserve, is lent only for a buffer of the largest size, with which a borrower
 * can always complete his chunk and so give back all; those are served first.
 *
 * <p>Idle buffers are kept for the next borrower; lent and idle ones together stay below the limit.
 */
final class BufferPool {
    private static final int SMALLEST = 2 * 1024;
    private static final int RESERVED_BUFFERS = 2;

    private final long limit;
    private final long reserve;
    private final Duration patience;
    private final int[] sizes;
    private final List<ArrayDeque<byte[]>> idle = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiter> largest = new ArrayDeque<>();
    private final ArrayDeque<Waiter> others = new ArrayDeque<>();
    private long lent;
    private long kept;
    private long peak;

    /**
     * @param max the largest buffer, in bytes
     * @param limit of all buffers, in bytes; at least eight of the largest
     */
    BufferPool(int max, long limit, Duration patience) {
        if (limit < 8L * max) {
            throw new IllegalArgumentException(
                    "memory for uploads is " + limit + " bytes, at least " + 8L * max + " needed");
        }
        this.limit = limit;
        this.reserve = (long) RESERVED_BUFFERS * max;
        this.patience = patience;
        List<Integer> steps = new ArrayList<>();
        for (int size = SMALLEST; size < max; size *= 4) {
            steps.add(size);
        }
        steps.add(max);
        this.sizes = steps.stream().mapToInt(Integer::intValue).toArray();
        for (int i = 0; i < sizes.length; i++) {
            idle.add(new ArrayDeque<>());
        }
    }

    /**
     * A buffer of at least {@code bytes} or else of the largest size; what it holds is undefined.
     *
     * @throws PfsException BUSY, STOPPED when the thread is interrupted
     */
    byte[] lend(int bytes) {
        int step = step(Math.min(bytes, sizes[sizes.length - 1]));
        byte @Nullable [] reused;
        lock.lock();
        try {
            Waiter waiter = new Waiter(sizes[step], lock.newCondition());
            ArrayDeque<Waiter> line = step == sizes.length - 1 ? largest : others;
            line.add(waiter);
            serve();
            if (!waiter.served) {
                await(waiter, line);
            }
            reused = take(step);
        } finally {
            lock.unlock();
        }
        return reused == null ? new byte[sizes[step]] : reused;
    }

    void giveBack(byte[] buffer) {
        lock.lock();
        try {
            lent -= buffer.length;
            kept += buffer.length;
            idle.get(step(buffer.length)).push(buffer);
            serve();
        } finally {
            lock.unlock();
        }
    }

    /** The most bytes that were ever lent at once. */
    long peak() {
        lock.lock();
        try {
            return peak;
        } finally {
            lock.unlock();
        }
    }

    long lent() {
        lock.lock();
        try {
            return lent;
        } finally {
            lock.unlock();
        }
    }

    private int step(int bytes) {
        int step = 0;
        while (sizes[step] < bytes) {
            step++;
        }
        return step;
    }

    private void serve() {
        serve(largest, 0);
        serve(others, reserve);
    }

    private void serve(ArrayDeque<Waiter> line, long left) {
        for (Waiter next = line.peek();
                next != null && lent + next.bytes + left <= limit;
                next = line.peek()) {
            line.remove();
            lent += next.bytes;
            peak = Math.max(peak, lent);
            next.served = true;
            next.ready.signal();
        }
    }

    private void await(Waiter waiter, ArrayDeque<Waiter> line) {
        long nanos = patience.toNanos();
        try {
            while (!waiter.served && nanos > 0) {
                nanos = waiter.ready.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            nanos = -1;
        }
        if (waiter.served) {
            return;
        }
        line.remove(waiter);
        serve();
        if (Thread.currentThread().isInterrupted()) {
            throw new PfsException(ErrorCode.STOPPED, "interrupted while waiting for memory");
        }
        throw new PfsException(
                ErrorCode.BUSY,
                String.format(
                        "no memory for uploads within %d s: %d MiB are in use, the limit is %d MiB",
                        patience.toSeconds(), lent >> 20, limit >> 20));
    }

    /** An idle buffer of the size; else makes sure that a new one fits below the limit. */
    private byte @Nullable [] take(int step) {
        byte @Nullable [] found = idle.get(step).poll();
        if (found != null) {
            kept -= found.length;
            return found;
        }
        for (int i = 0; i < sizes.length && lent + kept > limit; i++) {
            while (lent + kept > limit && !idle.get(i).isEmpty()) {
                kept -= idle.get(i).remove().length;
            }
        }
        return null;
    }

    private static final class Waiter {
        private final int bytes;
        private final Condition ready;
        private boolean served;

        Waiter(int bytes, Condition ready) {
            this.bytes = bytes;
            this.ready = ready;
        }
    }
}
