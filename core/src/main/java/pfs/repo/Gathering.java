package pfs.repo;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How many of the requests that wait make a group, where each group is put to a store that others
 * share. Whoever was answered asks again a moment later; a group that left with the first of them
 * would cost the store as much as one of all, and have the others wait for it. So a group waits for
 * as many as came lately: for a part of the time that the store takes at most, and not at all where
 * one asks alone.
 *
 * <p>For the write queue's thread; {@link #synced} for any.
 */
final class Gathering {
    /** A group waits for no longer than this part of what a sync takes on average. */
    private static final int PART = 2;

    private final long mostNanos;
    private volatile long syncNanos;

    /** Requests of the groups before: of the last, or a half of the one before it, and so on. */
    private int lately;

    /**
     * @param mostNanos that a group waits; 0: never
     */
    Gathering(long mostNanos) {
        this.mostNanos = mostNanos;
    }

    /** Adds to the group what waits, up to a size. */
    <T> void gather(BlockingQueue<T> waiting, List<T> group, int most) {
        waiting.drainTo(group, most - group.size());
        int wanted = Math.min(most, lately);
        long end = System.nanoTime() + Math.min(mostNanos, syncNanos / PART);
        try {
            while (group.size() < wanted) {
                T next = waiting.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    break;
                }
                group.add(next);
                waiting.drainTo(group, most - group.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lately = Math.max(group.size(), lately / 2);
    }

    /** A sync has taken so long. One at a time, or an average is a little off. */
    void synced(long nanos) {
        long average = syncNanos;
        syncNanos = average + (nanos - average) / 8;
    }
}
