package pfs.server.jobs;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.Jobs;
import pfs.jobs.LogText;
import pfs.jobs.store.RunJson;
import pfs.jobs.store.RunProgress;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;
import pfs.repo.Commit;
import pfs.repo.Repo;
import pfs.server.history.CommitRoutes;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Right;
import pfs.server.http.Route;

/** {@code /run} and {@code /runs}. Thread-safe. */
public final class RunRoutes {
    private static final HttpField EVENTS =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream");
    private static final int PAGE = 1_000;
    private static final long LOOK_MILLIS = 200;
    private static final long ALIVE_MILLIS = 10_000;

    private final Jobs jobs;

    private RunRoutes(Jobs jobs) {
        this.jobs = jobs;
    }

    public static List<Route> of(Jobs jobs) {
        RunRoutes routes = new RunRoutes(jobs);
        return List.of(
                Route.of(
                        "POST",
                        "/run",
                        Right.WRITE,
                        "Run a job; with wait, to its end",
                        List.of("job", "commit", "wait"),
                        routes::start),
                Route.of(
                        "GET",
                        "/runs",
                        Right.READ,
                        "Runs, newest first",
                        List.of("job", "limit", "after"),
                        routes::list),
                Route.of(
                        "GET",
                        "/runs/{id}",
                        Right.READ,
                        "One run; with follow, as events to its end",
                        List.of("follow"),
                        routes::one),
                Route.of(
                        "DELETE",
                        "/runs/{id}",
                        Right.WRITE,
                        "Cancel a run",
                        List.of(),
                        routes::cancel),
                Route.of(
                        "GET",
                        "/runs/{id}/log",
                        Right.READ,
                        "What a run's containers printed; with follow, to its end",
                        List.of("follow"),
                        routes::log));
    }

    /** What {@code POST /commit?run} does: it runs the branch's jobs, to their end. */
    public static CommitRoutes.AfterCommit afterCommit(Jobs jobs) {
        return (repo, branch, commit) -> runAll(jobs, repo, branch, commit);
    }

    private static void runAll(Jobs jobs, Repo repo, String branch, Commit commit) {
        List<String> failures = new ArrayList<>();
        List<RunRecord> runs = jobs.runAll(repo.name(), branch, commit.id().toString());
        for (RunRecord run : runs) {
            RunRecord end = await(jobs, run);
            if (end.state() != RunState.SUCCEEDED) {
                failures.add(
                        "run "
                                + end.id()
                                + " of job '"
                                + end.job()
                                + "' "
                                + end.state().text()
                                + (end.error() == null ? "" : ": " + end.error()));
            }
        }
        if (!failures.isEmpty()) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "committed " + commit.id() + ", but " + String.join("\n", failures),
                    commit.id().toString());
        }
    }

    private static RunRecord await(Jobs jobs, RunRecord run) {
        try {
            return jobs.await(run.repo(), run.id(), Long.MAX_VALUE / 2_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.STOPPED, "the server is stopping", run.id(), e);
        }
    }

    private void start(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        RunRecord run = jobs.run(exchange.repo(), fields.require("job"), fields.find("commit"));
        exchange.headersOut()
                .put(HttpHeader.LOCATION, exchange.prefix() + "/runs/" + run.id())
                .put("Pfs-Run", run.id());
        if (!fields.flag("wait")) {
            answerId(exchange, 202, run);
            return;
        }
        RunRecord end = await(jobs, run);
        if (end.state() != RunState.SUCCEEDED) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "run "
                            + end.id()
                            + " "
                            + end.state().text()
                            + (end.error() == null ? "" : ": " + end.error()),
                    end.id());
        }
        answerId(exchange, 200, end);
    }

    private static void answerId(Exchange exchange, int status, RunRecord run) throws IOException {
        if (exchange.form() == Form.JSON) {
            JobRoutes.json(exchange, status, RunJson.encode(run).toString());
        } else {
            exchange.text(status, run.id() + "\n");
        }
    }

    private void list(Exchange exchange) throws IOException {
        Query query = exchange.query();
        String job = query.find("job");
        List<RunRecord> runs =
                jobs.runs(exchange.repo(), query.find("after"), query.limit(PAGE)).stream()
                        .filter(r -> job == null || r.job().equals(job))
                        .toList();
        if (exchange.form() == Form.JSON) {
            List<String> encoded = runs.stream().map(r -> RunJson.encode(r).toString()).toList();
            JobRoutes.json(exchange, 200, "{\"runs\":[" + String.join(",", encoded) + "]}");
            return;
        }
        StringBuilder text = new StringBuilder();
        for (RunRecord run : runs) {
            text.append(
                            String.join(
                                    "  ",
                                    run.id(),
                                    run.state().text(),
                                    run.job(),
                                    run.inputCommit()))
                    .append('\n');
        }
        exchange.text(200, text.toString());
    }

    private void one(Exchange exchange) throws IOException {
        RunRecord run = jobs.find(exchange.repo(), exchange.variable("id"));
        if (exchange.query().flag("follow")) {
            follow(exchange, run);
        } else if (exchange.form() == Form.JSON) {
            JobRoutes.json(exchange, 200, RunJson.encode(run).toString());
        } else {
            exchange.headersOut().put(Exchange.NO_CACHE);
            exchange.text(200, shown(run));
        }
    }

    /** A fact a line, its name first. */
    private static String shown(RunRecord run) {
        StringBuilder text = new StringBuilder();
        line(text, "run", run.id());
        line(text, "job", run.job() + " (spec version " + run.specVersion() + ")");
        line(text, "state", run.state().text());
        line(text, "input", run.inputCommit());
        line(text, "created", Instant.ofEpochMilli(run.created()).toString());
        if (run.ended() != 0 && run.started() != 0) {
            line(text, "took", (run.ended() - run.started()) / 1000.0 + " s");
        }
        stage(text, "maps", run.progress().maps());
        stage(text, "combines", run.progress().combines());
        stage(text, "reduces", run.progress().reduces());
        line(text, "posts", Long.toString(run.progress().posts()));
        line(text, "records", Long.toString(run.progress().records()));
        run.progress().counters().forEach((name, n) -> line(text, "counter", name + "=" + n));
        if (run.outputCommit() != null) {
            line(text, "output", run.outputCommit());
        }
        run.bad().forEach(b -> line(text, "failure", b.input() + ": " + b.reason()));
        if (run.error() != null) {
            line(text, "error", run.error());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append("  ").append(value).append('\n');
    }

    private static void stage(StringBuilder text, String name, RunProgress.Stage stage) {
        if (stage.total() > 0) {
            line(
                    text,
                    name,
                    stage.done()
                            + " of "
                            + stage.total()
                            + (stage.complete() ? "" : " or more")
                            + ", "
                            + stage.reused()
                            + " reused, "
                            + stage.failed()
                            + " failed");
        }
    }

    private void follow(Exchange exchange, RunRecord first) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.streamLive(
                200,
                EVENTS,
                out -> {
                    RunRecord run = first;
                    String last = "";
                    long quiet = 0;
                    while (true) {
                        String now = RunJson.encode(run).toString();
                        boolean changed = !now.equals(last);
                        if (changed || quiet > ALIVE_MILLIS) {
                            event(out, changed ? "data: " + now : ": alive");
                            last = now;
                            quiet = 0;
                        }
                        if (run.state().ended()) {
                            return;
                        }
                        run = pause(run);
                        quiet += LOOK_MILLIS;
                    }
                });
    }

    private static void event(OutputStream out, String text) throws IOException {
        out.write((text + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private RunRecord pause(RunRecord run) throws IOException {
        try {
            return jobs.await(run.repo(), run.id(), LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server is stopping", e);
        }
    }

    private void cancel(Exchange exchange) throws IOException {
        try {
            jobs.cancel(exchange.repo(), exchange.variable("id"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.STOPPED, "the server is stopping", null, e);
        }
        exchange.empty(204);
    }

    private void log(Exchange exchange) throws IOException {
        RunRecord run = jobs.find(exchange.repo(), exchange.variable("id"));
        boolean follow = exchange.query().flag("follow");
        exchange.headersOut().put(Exchange.NO_CACHE).put(Exchange.NO_SNIFF);
        exchange.streamLive(200, Exchange.TEXT, out -> copyLog(run, follow, out));
    }

    private void copyLog(RunRecord first, boolean follow, OutputStream out) throws IOException {
        RunRecord run = first;
        long at = 0;
        while (true) {
            boolean ended = run.state().ended();
            Optional<LogText> log = jobs.log(run.repo(), run.id());
            long next = log.isPresent() ? log.get().copy(at, out) : at;
            if (next > at) {
                at = next;
                out.flush();
            } else if (!follow || ended) {
                return;
            } else {
                run = pause(run);
            }
        }
    }
}
