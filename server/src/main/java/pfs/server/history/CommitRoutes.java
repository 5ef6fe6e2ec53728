package pfs.server.history;

import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.api.CommitView;
import pfs.object.ObjectId;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Committed;
import pfs.repo.Log;
import pfs.repo.Repo;
import pfs.server.files.Metadata;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.CommitViews;
import pfs.server.view.Views;

/** {@code /commit} and {@code /commits}. Thread-safe. */
public final class CommitRoutes {
    private static final String[] COMMITTED = {"branch", "message", "author"};
    private static final String[] POSTED = {"branch", "message", "author", "run"};

    /** Characters of an author. */
    private static final int MOST_AUTHOR = 255;

    /** Largest page that is collected for the sake of a Link header. */
    private static final int LINKED = 10_000;

    private final Views views;
    private final AfterCommit afterCommit;

    private CommitRoutes(Views views, AfterCommit afterCommit) {
        this.views = views;
        this.afterCommit = afterCommit;
    }

    /** What {@code POST /commit?run} sets off. */
    public interface AfterCommit {
        void run(Repo repo, String branch, Commit commit);
    }

    public static List<Route> of(Views views, AfterCommit afterCommit) {
        CommitRoutes routes = new CommitRoutes(views, afterCommit);
        String[] log = {"ref", "path", "limit", "after", "branch"};
        return Routes.ofRepos()
                .get("/commit", WRITE, routes::commitByGet, "Commit", COMMITTED)
                .post("/commit", WRITE, routes::commit, "Commit; with run, run jobs", POSTED)
                .get("/commits", READ, routes::log, "Commits, newest first", log)
                .get("/commits/{ref...}", READ, routes::one, "One commit", "branch")
                .list();
    }

    private void commitByGet(Exchange exchange) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        for (String name : new String[] {"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"}) {
            String purpose = exchange.headers().get(name);
            if (purpose != null
                    && (purpose.contains("prefetch")
                            || purpose.contains("prerender")
                            || purpose.contains("preview"))) {
                throw new Refusal(
                        403, "Prefetch", "a prefetch (" + name + ") must not make a commit");
            }
        }
        if (exchange.head()) {
            views.repo(exchange).head(views.branch(exchange));
            exchange.answer(200).put(Exchange.TEXT);
            exchange.end();
            return;
        }
        commit(exchange);
    }

    private void commit(Exchange exchange) throws IOException {
        boolean get = exchange.method().equals("GET");
        Query fields = get ? exchange.query() : exchange.fields();
        String branch = views.writableBranch(exchange);
        Repo repo = views.repoToChange(exchange);
        CommitRequest request =
                new CommitRequest(
                        fields.get("message", ""),
                        author(fields.get("author", exchange.caller())),
                        Metadata.of(exchange.headers()),
                        expectedHead(exchange));
        Committed committed = repo.commit(branch, request);
        if (!get && fields.flag("run")) {
            afterCommit.run(repo, branch, committed.commit());
        }
        answer(exchange, committed.created() ? 201 : 200, committed.commit());
    }

    static String author(String author) {
        if (author.length() > MOST_AUTHOR || author.chars().anyMatch(Character::isISOControl)) {
            throw Refusal.invalid(
                    "the author is one line of at most " + MOST_AUTHOR + " characters");
        }
        return author;
    }

    /** {@code If-Match: HEAD-ID}, with or without quotes; null if it is not there. */
    static @Nullable ObjectId expectedHead(Exchange exchange) {
        String given = exchange.header(HttpHeader.IF_MATCH);
        if (given == null || given.strip().equals("*")) {
            return null;
        }
        String id = given.strip();
        if (id.length() > 2 && id.startsWith("\"") && id.endsWith("\"")) {
            id = id.substring(1, id.length() - 1);
        }
        try {
            return ObjectId.parse(id);
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(
                    "If-Match is '" + given + "'; it is the full id of the head: 64 hex digits");
        }
    }

    /** Answers a commit's id on a line, or the commit as JSON. */
    static void answer(Exchange exchange, int status, Commit commit) throws IOException {
        exchange.headersOut().put(HttpHeader.ETAG, "\"" + commit.id() + "\"");
        if (status == 201) {
            exchange.headersOut()
                    .put(HttpHeader.LOCATION, exchange.prefix() + "/commits/" + commit.id());
        }
        if (exchange.form() == Form.JSON) {
            exchange.json(status, json -> CommitViews.of(commit).writeTo(json));
        } else {
            exchange.text(status, commit.id() + "\n");
        }
    }

    private void one(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        Commit commit = repo.resolve(exchange.variable("ref"), views.branch(exchange));
        CommitView view = CommitViews.of(commit);
        if (exchange.form() == Form.JSON) {
            exchange.json(200, view::writeTo);
        } else {
            exchange.text(200, view.line() + "\n");
        }
    }

    private void log(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        Query query = exchange.query();
        int limit = query.limit(Integer.MAX_VALUE);
        Log commits = commits(exchange, repo);
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> CommitPage.write(json, commits, limit));
            return;
        }
        Iterator<Commit> shown = limit <= LINKED ? page(exchange, commits, limit) : commits;
        exchange.stream(
                200,
                Exchange.TEXT,
                out -> {
                    for (int n = 0; n < limit && shown.hasNext(); n++) {
                        String line = CommitViews.of(shown.next()).line() + "\n";
                        out.write(line.getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private Log commits(Exchange exchange, Repo repo) {
        Query query = exchange.query();
        String branch = views.branch(exchange);
        String ref = query.find("ref");
        @Nullable Commit from =
                ref == null ? repo.head(branch).orElse(null) : repo.resolve(ref, branch);
        String path = Views.field(query.get("path", ""));
        String after = query.find("after");
        @Nullable Commit last = after == null ? null : repo.resolve(after, branch);
        return repo.history().log(from, path, last);
    }

    private static Iterator<Commit> page(Exchange exchange, Log commits, int limit) {
        List<Commit> page = new ArrayList<>();
        while (page.size() < limit && commits.hasNext()) {
            page.add(commits.next());
        }
        commits.pause();
        if (commits.hasNext()) {
            exchange.headersOut()
                    .put(
                            "Link",
                            "<"
                                    + exchange.pageAfter(page.getLast().id().toString())
                                    + ">; rel=\"next\"");
        }
        return page.iterator();
    }
}
