package pfs.jobs.spec;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a job is: its input, its program, and how the one goes through the other. Immutable and
 * checked: {@link SpecJson} makes it and refuses what is impossible.
 *
 * @param image null: only a process runtime can run it
 * @param command empty: the image's own
 * @param reduce null: map only
 * @param combine null: records go to the reduce as the maps made them
 * @param parts files of output of a reduce
 * @param parallel containers; 0: one per core
 * @param concurrency requests in flight per container
 * @param maxBad inputs that may fail for good before the run fails
 * @param memo whether results of earlier runs are reused
 * @param path whether the container is told the input's path
 * @param recheck the part of reused results that is made again and compared, 0 to 1
 */
public record JobSpec(
        Input input,
        @Nullable String image,
        List<String> command,
        SortedMap<String, String> env,
        Split split,
        @Nullable Reduce reduce,
        @Nullable Combine combine,
        int parts,
        Trigger trigger,
        int parallel,
        int concurrency,
        Limits limits,
        int maxBad,
        boolean memo,
        boolean path,
        double recheck,
        Network network) {
    public static final int MAX_PARTS = 10_000;
    public static final int MAX_PARALLEL = 1_000;
    public static final int MAX_CONCURRENCY = 1_000;

    public JobSpec {
        command = List.copyOf(command);
        env = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(Map.copyOf(env)));
    }

    /** The containers to start on a machine of so many cores. */
    public int workers(int cores) {
        return parallel == 0 ? cores : parallel;
    }
}
