package pfs.testing.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All writes to one path, no two of the same value, so that of a value its write is found at once,
 * and of a moment whether a write lies wholly behind it. Filled first, asked then.
 */
final class PathWrites {
    /** A value that a path had, or may have had. */
    record Write(String value, long start, long end, boolean done, boolean refused) {}

    private final Map<String, Write> byValue = new HashMap<>();

    /** Those that were done, by their starts; made when it is first asked for. */
    private @Nullable List<Write> done;

    /** Of those that were done: which of this one and the later ones has ended first. */
    private int[] firstEnd = {};

    void add(Write write) {
        byValue.put(write.value, write);
        done = null;
    }

    /** The write of a value; null if nobody wrote it. */
    @Nullable Write find(String value) {
        return byValue.get(value);
    }

    /** One that began after a moment and was done before another; null if there is none. */
    @Nullable Write between(long after, long before) {
        List<Write> sorted = done == null ? sorted() : done;
        int from = 0;
        for (int to = sorted.size(); from < to; ) {
            int middle = (from + to) / 2;
            if (sorted.get(middle).start > after) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        if (from == sorted.size()) {
            return null;
        }
        Write first = sorted.get(firstEnd[from]);
        return first.end < before ? first : null;
    }

    private List<Write> sorted() {
        List<Write> sorted = new ArrayList<>(byValue.values());
        sorted.removeIf(write -> !write.done);
        sorted.sort(Comparator.comparingLong(Write::start));
        firstEnd = new int[sorted.size()];
        for (int i = sorted.size() - 1; i >= 0; i--) {
            boolean last = i == sorted.size() - 1;
            firstEnd[i] =
                    last || sorted.get(i).end < sorted.get(firstEnd[i + 1]).end
                            ? i
                            : firstEnd[i + 1];
        }
        done = sorted;
        return sorted;
    }
}
