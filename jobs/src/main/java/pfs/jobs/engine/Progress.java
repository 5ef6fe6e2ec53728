package pfs.jobs.engine;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** How far a run is. Thread-safe; it only grows. */
public final class Progress {
    public final Stage maps = new Stage();
    public final Stage combines = new Stage();
    public final Stage reduces = new Stage();
    public final LongAdder posts = new LongAdder();
    public final LongAdder records = new LongAdder();
    public final LongAdder bytesIn = new LongAdder();
    public final LongAdder bytesOut = new LongAdder();
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    /** The tasks of one kind. */
    public static final class Stage {
        public final LongAdder planned = new LongAdder();
        public final LongAdder done = new LongAdder();
        public final LongAdder reused = new LongAdder();
        public final LongAdder failed = new LongAdder();
        private volatile boolean complete;

        /** All tasks are planned: {@code planned} is the total from now on. */
        public void allPlanned() {
            complete = true;
        }

        public boolean complete() {
            return complete;
        }
    }

    public void count(SortedMap<String, Long> more) {
        more.forEach((name, n) -> counters.computeIfAbsent(name, _ -> new LongAdder()).add(n));
    }

    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> sums = new TreeMap<>();
        counters.forEach((name, sum) -> sums.put(name, sum.sum()));
        return sums;
    }
}
