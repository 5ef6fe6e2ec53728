package pfs.testing.fuzz;

import java.io.ByteArrayInputStream;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import pfs.api.PathEncoding;
import pfs.api.Problem;
import pfs.error.PfsException;
import pfs.jobs.record.Framing;
import pfs.jobs.record.RecordParser;
import pfs.jobs.spec.SpecJson;
import pfs.jobs.worker.BadAnswerException;
import pfs.repo.Repo;
import pfs.repo.Retention;
import pfs.server.files.GlobPattern;
import pfs.server.http.HttpDates;
import pfs.server.http.Query;
import pfs.server.http.RawPath;
import pfs.server.http.Refusal;
import pfs.sync.Position;
import pfs.sync.Ref;
import pfs.tree.TreePath;

/** What people and programs type: names, expressions, headers, JSON, records of jobs. */
final class TextTargets {
    private static final List<Class<? extends Throwable>> REFUSALS =
            List.of(PfsException.class, Refusal.class, IllegalArgumentException.class);
    private static final List<Class<? extends Throwable>> BAD_ANSWERS =
            List.of(BadAnswerException.class);

    private static final String TAG = "\"" + "0123456789abcdef".repeat(4) + "\"";

    private static final String JOB =
            """
            {"input":{"branch":"master","glob":"**/*.txt"},
             "map":{"image":"words:1","command":["map","x"]},
             "reduce":{"image":"words:1"},"memory":"256MiB","timeout":"30s"}\
            """;

    private TextTargets() {}

    static List<Target> all() {
        List<Target> all = new ArrayList<>();
        all.add(text("query", TextTargets::query, "a=b&c=%41+d&recursive", "after=x%2Fy"));
        all.add(text("path", in -> RawPath.decode(in).length(), "/pfs/a%20b/%C3%A4", "/a/b/../c"));
        all.add(text("path of a client", in -> PathEncoding.decode(in).length(), "/a%20b/%C3%A4"));
        all.add(text("name", TextTargets::name, "a/b/c", "d/\u00e4"));
        all.add(text("glob", TextTargets::glob, "a/**/*.txt", "[!a-z]?{x}"));
        all.add(text("date", TextTargets::date, "Sun, 06 Nov 1994 08:49:37 GMT"));
        all.add(text("range", ranges(), "bytes=0-99,200-,-5", "bytes=1-1"));
        all.add(text("condition", conditions(), TAG + ", W/\"x\"", "*"));
        all.add(
                text(
                        "ref expression",
                        expressions(),
                        "master~3~1",
                        "HEAD@{2026-11-22T09:00:00Z}~2",
                        "v1",
                        "5~",
                        "b@{2026-11-22T11:00:00+01:00}"));
        all.add(text("refs", in -> Ref.parse(in).size(), "branch\t-\tb\ntag\t-\tv1"));
        all.add(text("position of a replica", in -> Position.parse(in).hashCode(), "3.17"));
        all.add(text("rule", in -> Retention.parse(in).hashCode(), "30 days", "100 commits"));
        all.add(bytes("job", in -> SpecJson.decode(in).toString().length(), JOB));
        all.add(
                text(
                        "problem",
                        TextTargets::problem,
                        "{\"type\":\"t\",\"x\":[\"a\"],\"status\":4}"));
        all.add(records("records", Framing.RECORDS, "\0\0\0\1k\0\0\0\2vw"));
        all.add(records("records in JSON", Framing.NDJSON, "[\"k\",{\"v\":[1,2.5e3]}]\n"));
        all.add(records("records in lines", Framing.TSV, "k\tv\nk2\t\n"));
        return all;
    }

    private interface TextFeed {
        long read(String text) throws Exception;
    }

    private static Target text(String name, TextFeed feed, String... corpus) {
        return bytes(name, in -> feed.read(new String(in, StandardCharsets.ISO_8859_1)), corpus);
    }

    private static Target bytes(String name, Target.Feed feed, String... corpus) {
        return new Target(name, utf8(corpus), REFUSALS, feed);
    }

    private static List<byte[]> utf8(String... corpus) {
        return List.of(corpus).stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
    }

    private static Target records(String name, Framing framing, String corpus) {
        return new Target(
                name,
                utf8(corpus),
                BAD_ANSWERS,
                in ->
                        RecordParser.parse(
                                framing, new ByteArrayInputStream(in), (_, _, _, _) -> {}));
    }

    private static long query(String in) {
        return Query.parse(in).get("a", "").length();
    }

    private static long name(String in) {
        TreePath.verify(in);
        return in.length();
    }

    private static long glob(String in) {
        return GlobPattern.parse(in).matchesPath("some/path/that/is/long.txt") ? 1 : 0;
    }

    private static long date(String in) {
        return HttpDates.parse(in).isPresent() ? 1 : 0;
    }

    private static long problem(String in) {
        var problem = Problem.parse(in);
        return problem == null ? 0 : 1 + problem.toJson().length();
    }

    private static TextFeed ranges() {
        MethodHandle parse =
                Hidden.method("pfs.server.files.Ranges", "parse", String.class, long.class);
        return in -> {
            try {
                List<?> ranges = (List<?>) parse.invoke(in, 1000L);
                return ranges == null ? 0 : 1L << ranges.size();
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    private static TextFeed conditions() {
        MethodHandle holds =
                Hidden.method(
                        "pfs.server.files.Conditions",
                        "notModified",
                        HttpFields.class,
                        String.class,
                        long.class);
        return in -> {
            HttpFields headers =
                    HttpFields.build()
                            .add(HttpHeader.IF_NONE_MATCH, in)
                            .add(HttpHeader.IF_MODIFIED_SINCE, in);
            try {
                return (boolean) holds.invoke(headers, TAG, 1_000_000_000L) ? 1 : 0;
            } catch (Throwable e) {
                throw Hidden.thrown(e);
            }
        };
    }

    /** The store stays open: it has no thread that would keep a program alive. */
    private static TextFeed expressions() {
        Repo repo = Samples.filled().repo();
        return in -> repo.resolve(in, Repo.DEFAULT_BRANCH).number();
    }
}
