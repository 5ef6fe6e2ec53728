package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that merge branches of their own into one branch, all at once, as fast as they are
 * answered. Each merge brings one new commit.
 */
final class ManyMerges {
    private static final int CLIENTS = 50;

    /** Merges a second for which commits are made beforehand. */
    private static final int MOST_A_SECOND = 2_000;

    private final Field field;

    ManyMerges(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        String title = CLIENTS + " clients merge disjoint branches into one";
        return List.of(
                new Scenario(
                        "merges",
                        List.of(
                                Row.more(
                                        "merges",
                                        title,
                                        "merges/s",
                                        "synced; an answer that is not 200 ends the run",
                                        limit(500)),
                                Row.less(
                                        "merge-slowest",
                                        title + ": the slowest answer",
                                        "ms",
                                        "over HTTP"),
                                Row.more(
                                        "merge-fair",
                                        title + ": the client with the fewest, of the mean",
                                        "%",
                                        "first come, first served")),
                        List.of(new Scenario.Contender("pfs", round -> run(round)))));
    }

    private Map<String, Double> run(int round) throws Exception {
        HttpCalls calls = new HttpCalls(field.pfs());
        String repo = "/repos/merges" + round;
        var _ = calls.call("PUT", repo, "");
        calls.put(repo + "/pfs/base", "base");
        var _ = calls.post(repo + "/commit");
        int each = field.scale.mergeSeconds() * MOST_A_SECOND / CLIENTS;
        List<List<String>> chains = each(client -> chain(calls, repo, client, each));
        long start = System.nanoTime();
        long end = start + field.scale.mergeSeconds() * 1_000_000_000L;
        AtomicLong slowest = new AtomicLong();
        List<Integer> done = each(c -> merge(calls, repo, chains.get(c), end, slowest));
        double seconds = (System.nanoTime() - start) / 1e9;
        double all = done.stream().mapToInt(Integer::intValue).sum();
        int fewest = done.stream().mapToInt(Integer::intValue).min().orElse(0);
        return Map.of(
                "merges", all / seconds,
                "merge-slowest", slowest.get() / 1e6,
                "merge-fair", 100.0 * fewest * CLIENTS / all);
    }

    private interface Client<T> {
        T run(int number) throws IOException;
    }

    private static <T> List<T> each(Client<T> client) throws Exception {
        List<T> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> answers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                answers.add(threads.submit(() -> client.run(number)));
            }
            for (Future<T> answer : answers) {
                all.add(answer.get());
            }
        }
        return all;
    }

    /** The commits of a client's branch, each of which changes a file of its own. */
    private static List<String> chain(HttpCalls calls, String repo, int client, int length)
            throws IOException {
        String branch = "client" + client;
        var _ = calls.post(repo + "/branches/" + branch);
        calls.put(repo + "/pfs/d" + client + "/f?branch=" + branch, "f");
        List<String> commits = new ArrayList<>();
        String first = calls.post(repo + "/commit?branch=" + branch).strip();
        commits.add(first);
        String again = "?commit=" + first + "&branch=" + branch;
        while (commits.size() < length) {
            String verb = commits.size() % 2 == 1 ? "/revert" : "/cherry-pick";
            commits.add(calls.post(repo + verb + again).strip());
        }
        return commits;
    }

    private static int merge(
            HttpCalls calls, String repo, List<String> chain, long end, AtomicLong slowest)
            throws IOException {
        int merges = 0;
        while (merges < chain.size() && System.nanoTime() < end) {
            double millis = calls.millis("POST", repo + "/merge?from=" + chain.get(merges));
            slowest.accumulateAndGet((long) (millis * 1e6), Math::max);
            merges++;
        }
        return merges;
    }
}
