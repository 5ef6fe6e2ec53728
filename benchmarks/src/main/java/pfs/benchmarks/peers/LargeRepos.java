package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;
import static pfs.benchmarks.peers.Row.times;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What history costs among many files: the same changes in a large repo and in one of a hundredth
 * of its files. A fifth of the files are in one directory, the others a hundred in each.
 */
final class LargeRepos {
    /** Names or paths of a page. */
    private static final int PAGE = 1_000;

    private static final int TIMES = 21;
    private static final double MOST_MILLIS = 50;
    private static final double MOST_MILLIS_OF_A_PAGE = 20;

    private final Field field;

    LargeRepos(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        String state = "warm, over HTTP; a repo of " + count(few()) + " files beside it as small";
        List<Row> rows = new ArrayList<>();
        rows.add(
                Row.more(
                        "unpack",
                        "tar of " + count(many()) + " files of 20 bytes: PUT and commit",
                        "files/s",
                        "synced; -Xmx512m",
                        limit(30_000)));
        changes().forEach((id, title) -> rows.add(row(id, title, state)));
        pages().forEach(
                        (id, title) ->
                                rows.add(
                                        Row.less(
                                                id,
                                                among() + title,
                                                "ms",
                                                state,
                                                limit(MOST_MILLIS_OF_A_PAGE))));
        return List.of(
                new Scenario(
                        "large-repo",
                        rows,
                        List.of(
                                new Scenario.Contender("pfs", round -> run(round, many())),
                                new Scenario.Contender("small", round -> run(round, few())))));
    }

    private Row row(String id, String title, String state) {
        return Row.less(id, among() + title, "ms", state, limit(MOST_MILLIS), times(2, "small"));
    }

    private String among() {
        return "among " + count(many()) + " files: ";
    }

    private static String count(int files) {
        return String.format(Locale.ROOT, "%,d", files);
    }

    private int many() {
        return field.scale.repoFiles();
    }

    private int few() {
        return many() / 100;
    }

    private static Map<String, String> changes() {
        Map<String, String> all = new java.util.LinkedHashMap<>();
        all.put("commit", "commit of 10 changes");
        all.put("diff", "diff of neighbouring commits");
        all.put("branch", "a branch");
        all.put("tag", "a tag");
        all.put("merge", "merge of 100 changes on each side");
        all.put("copy", "copy of the root directory");
        return all;
    }

    private static Map<String, String> pages() {
        Map<String, String> all = new java.util.LinkedHashMap<>();
        all.put("list", "a page of 1,000 names from the middle of the largest directory");
        all.put("list-all", "a page of 1,000 paths from the middle of all");
        return all;
    }

    private Map<String, Double> run(int round, int files) throws IOException {
        HttpCalls calls = new HttpCalls(field.pfs());
        String repo = "/repos/large" + files + "-" + round;
        var _ = calls.call("PUT", repo, "");
        Map<String, Double> all = new HashMap<>();
        all.put("unpack", unpack(calls, repo, files, round));
        all.put("commit", HttpCalls.warm(TIMES, i -> commit(calls, repo, files, i)));
        all.put(
                "diff",
                HttpCalls.warm(
                        TIMES, i -> calls.millis("GET", repo + "/diff?from=master~1&to=master~0")));
        all.put(
                "branch",
                HttpCalls.warm(TIMES, i -> calls.millis("POST", repo + "/branches/b" + i)));
        all.put("tag", HttpCalls.warm(TIMES, i -> calls.millis("POST", repo + "/tags/t" + i)));
        all.put("merge", HttpCalls.warm(TIMES, i -> merge(calls, repo, files, i)));
        all.put("copy", HttpCalls.warm(TIMES, i -> copy(calls, repo)));
        String middle = repo + "/pfs/big/?limit=" + PAGE + "&after=" + big(files / 10);
        // the directory of the small repo may have fewer names behind its middle
        long names = Math.min(PAGE, files / 5 - files / 10 - 1);
        if (calls.get(middle).lines().count() != names) {
            throw new IOException(middle + " has not " + names + " names");
        }
        all.put("list", HttpCalls.warm(TIMES, i -> calls.millis("GET", middle)));
        String deep = repo + "/pfs/?recursive&limit=" + PAGE + "&after=" + name(files, files / 2);
        all.put("list-all", HttpCalls.warm(TIMES, i -> calls.millis("GET", deep)));
        return all;
    }

    private double unpack(HttpCalls calls, String repo, int files, int round) throws IOException {
        Path tar = field.scratch.resolve("large.tar");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(tar), 1 << 20)) {
            for (int i = 0; i < files; i++) {
                SmallTar.entry(out, name(files, i), String.format("%3d file %11d", round, i));
            }
            SmallTar.end(out);
        }
        double seconds = field.putTar(tar, field.pfs().origin() + repo + "/pfs/");
        seconds += calls.millis("POST", repo + "/commit?message=all") / 1000;
        Files.delete(tar);
        return files / seconds;
    }

    /** A fifth of the files go to one directory. */
    private static String name(int files, int i) {
        return i < files / 5 ? "big/" + big(i) : String.format("d%05d/f%07d", i / 100, i);
    }

    private static String big(int i) {
        return String.format("f%07d", i);
    }

    private static void change(
            HttpCalls calls, String repo, String branch, int files, int first, int count, int time)
            throws IOException {
        for (int i = 0; i < count; i++) {
            int n = (int) ((first + i * 2L + (long) time * 7_919) % (files / 2)) * 2 + first % 2;
            calls.put(
                    repo + "/pfs/" + name(files, n) + "?branch=" + branch,
                    branch + " " + time + " " + i);
        }
    }

    private static double commit(HttpCalls calls, String repo, int files, int time)
            throws IOException {
        change(calls, repo, "master", files, 0, 10, time);
        return calls.millis("POST", repo + "/commit?message=ten");
    }

    /** The sides change files of even and of odd numbers. */
    private static double merge(HttpCalls calls, String repo, int files, int time)
            throws IOException {
        String side = "side" + time;
        var _ = calls.post(repo + "/branches/" + side);
        change(calls, repo, "master", files, 0, 100, 1000 + time);
        change(calls, repo, side, files, 1, 100, 1000 + time);
        var _ = calls.post(repo + "/commit?message=ours");
        var _ = calls.post(repo + "/commit?message=theirs&branch=" + side);
        return calls.millis("POST", repo + "/merge?from=" + side);
    }

    private static double copy(HttpCalls calls, String repo) throws IOException {
        double millis = calls.millis("POST", repo + "/copy?from=/&to=/whole");
        var _ = calls.call("DELETE", repo + "/pfs/whole?recursive", "");
        return millis;
    }
}
