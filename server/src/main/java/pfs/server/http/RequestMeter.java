package pfs.server.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts requests by route and status, with their latency and bytes, cheaply enough for every
 * request. Thread-safe.
 */
public final class RequestMeter {
    /** Upper bounds of the latency buckets, in seconds; the last bucket has none. */
    public static final double[] BOUNDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10
    };

    private final Map<Series, Cell> cells = new ConcurrentHashMap<>();
    private final LongAdder running = new LongAdder();

    /** What is counted together. */
    public record Series(String method, String route, int status) {}

    /** The figures of one series. */
    public static final class Cell {
        private final LongAdder[] buckets = new LongAdder[BOUNDS.length + 1];
        private final LongAdder nanos = new LongAdder();
        private final LongAdder received = new LongAdder();
        private final LongAdder sent = new LongAdder();

        Cell() {
            java.util.Arrays.setAll(buckets, _ -> new LongAdder());
        }

        /** Requests by latency, one count a bucket. */
        public long[] buckets() {
            long[] counts = new long[buckets.length];
            java.util.Arrays.setAll(counts, i -> buckets[i].sum());
            return counts;
        }

        public double seconds() {
            return nanos.sum() / 1e9;
        }

        public long received() {
            return received.sum();
        }

        public long sent() {
            return sent.sum();
        }
    }

    void begin() {
        running.increment();
    }

    void end(Series series, long nanos, long received, long sent) {
        running.decrement();
        Cell cell = cells.get(series);
        if (cell == null) {
            cell = cells.computeIfAbsent(series, _ -> new Cell());
        }
        double seconds = nanos / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
            bucket++;
        }
        cell.buckets[bucket].increment();
        cell.nanos.add(nanos);
        if (received > 0) {
            cell.received.add(received);
        }
        cell.sent.add(sent);
    }

    public Map<Series, Cell> cells() {
        return cells;
    }

    /** Requests being answered now. */
    public long running() {
        return running.sum();
    }
}
