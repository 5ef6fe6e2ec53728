package pfs.jobs.engine;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pfs.jobs.worker.Answer;
import pfs.jobs.worker.BadAnswerException;

/** Reads the {@code Pfs-Counter: name=5} headers of an answer. */
final class Counters {
    private static final Pattern COUNTER =
            Pattern.compile("([A-Za-z0-9._-]{1,100})=(-?[0-9]{1,18})");
    private static final int MOST = 1000;

    private Counters() {}

    static SortedMap<String, Long> of(Answer answer) throws BadAnswerException {
        if (!answer.headers().containsKey("pfs-counter")) {
            return Collections.emptySortedMap();
        }
        SortedMap<String, Long> counters = new TreeMap<>();
        for (String header : answer.all("Pfs-Counter")) {
            for (String one : header.split(",", -1)) {
                Matcher m = COUNTER.matcher(one.strip());
                if (!m.matches() || counters.size() == MOST) {
                    throw new BadAnswerException(
                            "the answer has Pfs-Counter: '" + one.strip() + "', not name=number");
                }
                counters.merge(m.group(1), Long.parseLong(m.group(2)), Long::sum);
            }
        }
        return counters;
    }

    static void add(SortedMap<String, Long> sums, SortedMap<String, Long> more) {
        more.forEach((name, n) -> sums.merge(name, n, Long::sum));
    }
}
