package pfs.jobs.store;

import java.util.SortedMap;
import java.util.TreeMap;

/** How far a run is or was. Immutable. */
public record RunProgress(
        Stage maps,
        Stage combines,
        Stage reduces,
        long posts,
        long records,
        long bytesIn,
        long bytesOut,
        SortedMap<String, Long> counters) {
    public static final RunProgress NONE =
            new RunProgress(Stage.NONE, Stage.NONE, Stage.NONE, 0, 0, 0, 0, new TreeMap<>());

    /**
     * The tasks of one kind.
     *
     * @param total known so far; all of them when {@code complete}
     */
    public record Stage(long total, long done, long reused, long failed, boolean complete) {
        public static final Stage NONE = new Stage(0, 0, 0, 0, false);
    }

    public RunProgress {
        counters = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(counters));
    }
}
