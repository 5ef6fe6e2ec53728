package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What is asked of a branch with very many commits. */
final class LongHistory {
    /** Clients that make the history, each with files of its own. */
    private static final int WRITERS = 64;

    private static final int TIMES = 21;
    private static final double MOST_MILLIS = 50;

    private final Field field;

    LongHistory(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        List<Row> rows = new ArrayList<>();
        rows.add(
                Row.more(
                        "history-made",
                        "commits on one branch by " + WRITERS + " clients, a revert each",
                        "commits/s",
                        "synced"));
        row(rows, "back", "BRANCH~" + half());
        row(rows, "time", "BRANCH@{time}, the time in the middle");
        row(rows, "number", "commit by number, in the middle");
        row(rows, "base", "merge of a branch that was made half way (a merge base, and a merge)");
        row(rows, "log-path", "log of a path that was changed thrice");
        row(rows, "log-after", "log: 100 commits after the one in the middle");
        return List.of(
                new Scenario(
                        "long-history",
                        rows,
                        List.of(new Scenario.Contender("pfs", round -> run(round)))));
    }

    private void row(List<Row> rows, String id, String title) {
        String all = String.format(Locale.ROOT, "%,d", field.scale.commits());
        rows.add(
                Row.less(
                        id,
                        "with " + all + " commits: " + title,
                        "ms",
                        "warm, over HTTP",
                        limit(MOST_MILLIS)));
    }

    private int half() {
        return field.scale.commits() / 2;
    }

    private Map<String, Double> run(int round) throws Exception {
        HttpCalls calls = new HttpCalls(field.pfs());
        String repo = "/repos/long" + round;
        var _ = calls.call("PUT", repo, "");
        Map<String, Double> all = new HashMap<>();
        all.put("history-made", make(calls, repo));
        String middle = calls.get(repo + "/commits/master~" + half());
        String id = middle.substring(0, 64);
        String time = middle.split("  ")[1];
        all.put("back", get(calls, repo + "/commits/master~" + half()));
        all.put("time", get(calls, repo + "/commits/master@%7B" + time + "%7D"));
        all.put("number", get(calls, repo + "/commits/" + half()));
        all.put("base", HttpCalls.warm(TIMES, i -> merge(calls, repo, i)));
        all.put("log-path", get(calls, repo + "/commits?path=/rare"));
        all.put("log-after", get(calls, repo + "/commits?limit=100&after=" + id));
        return all;
    }

    private static double get(HttpCalls calls, String target) throws IOException {
        return HttpCalls.warm(TIMES, _ -> calls.millis("GET", target));
    }

    /** Commits a second. Each writer does and undoes one change of its own file. */
    private double make(HttpCalls calls, String repo) throws Exception {
        String[] mine = new String[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            calls.put(repo + "/pfs/d/f" + i, "a");
        }
        var _ = calls.post(repo + "/commit");
        for (int i = 0; i < WRITERS; i++) {
            calls.put(repo + "/pfs/d/f" + i, "b");
            mine[i] = calls.post(repo + "/commit").strip();
        }
        int third = (field.scale.commits() - WRITERS) / 3;
        double seconds = 0;
        for (int i = 0; i < 3; i++) {
            calls.put(repo + "/pfs/rare", "change " + i);
            var _ = calls.post(repo + "/commit?message=rare");
            seconds += alternate(calls, repo, mine, third / WRITERS / 2);
        }
        return 3.0 * third / seconds;
    }

    private static double alternate(HttpCalls calls, String repo, String[] mine, int times)
            throws Exception {
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (String commit : mine) {
                done.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < times; i++) {
                                        var _ = calls.post(repo + "/revert?commit=" + commit);
                                        var _ = calls.post(repo + "/cherry-pick?commit=" + commit);
                                    }
                                    return 0;
                                }));
            }
            for (Future<?> one : done) {
                one.get();
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private double merge(HttpCalls calls, String repo, int time) throws IOException {
        String side = "side" + time;
        var _ = calls.post(repo + "/branches/" + side + "?commit=master~" + half());
        calls.put(repo + "/pfs/side/" + time + "?branch=" + side, side);
        var _ = calls.post(repo + "/commit?branch=" + side);
        return calls.millis("POST", repo + "/merge?from=" + side);
    }
}
