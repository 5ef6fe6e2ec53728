package pfs.server.history;

import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import pfs.api.Change;
import pfs.chunk.ContentReader;
import pfs.repo.Difference;
import pfs.repo.Repo;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;

/** What has changed: {@code /status}, {@code /diff} and {@code /reset}. Thread-safe. */
public final class ChangeRoutes {
    private static final String[] STATUS = {"branch", "path", "limit"};

    private static final HttpField DIFF =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/x-diff; charset=utf-8");

    private final Views views;
    private final TextDiff texts;

    private ChangeRoutes(Views views, TextDiff texts) {
        this.views = views;
        this.texts = texts;
    }

    public static List<Route> of(Views views, ContentReader contents) {
        ChangeRoutes routes = new ChangeRoutes(views, new TextDiff(contents));
        String[] diff = {"from", "to", "path", "branch", "limit", "text", "renames"};
        return Routes.ofRepos()
                .get("/status", READ, routes::status, "Uncommitted changes", STATUS)
                .get("/diff", READ, routes::diff, "What changed between commits", diff)
                .post("/reset", WRITE, routes::reset, "Drop changes", "branch", "path")
                .list();
    }

    private void status(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        String branch = views.branch(exchange);
        String path = Views.field(exchange.query().get("path", ""));
        answer(
                exchange,
                path.isEmpty()
                        ? repo.status(branch)
                        : repo.diff(start(repo, null, branch), repo.snapshot(branch), path));
    }

    private void diff(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        Query query = exchange.query();
        String branch = views.branch(exchange);
        String to = query.find("to");
        String path = Views.field(query.get("path", ""));
        Snapshot start = start(repo, query.find("from"), branch);
        Snapshot end = to == null ? repo.snapshot(branch) : repo.snapshot(repo.resolve(to, branch));
        Iterator<Difference> differences =
                query.get("renames", "true").equals("false")
                        ? repo.diff(start, end, path)
                        : repo.history().renames(start, end, path);
        if (query.flag("text")) {
            text(exchange, differences);
        } else {
            answer(exchange, differences);
        }
    }

    /** A commit's files; without {@code from} the head's, for an empty one none. */
    private static Snapshot start(Repo repo, @Nullable String from, String branch) {
        if (from == null) {
            return repo.head(branch).map(repo::snapshot).orElse(repo.history().nothing());
        }
        return from.isEmpty()
                ? repo.history().nothing()
                : repo.snapshot(repo.resolve(from, branch));
    }

    private void text(Exchange exchange, Iterator<Difference> differences) throws IOException {
        int limit = exchange.query().limit(Integer.MAX_VALUE);
        var _ = differences.hasNext();
        exchange.stream(
                200,
                DIFF,
                out -> {
                    for (int n = 0; n < limit && differences.hasNext(); n++) {
                        out.write(texts.of(differences.next()).getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private void reset(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String path = fields.find("path");
        String below = path == null ? "" : Views.field(path);
        views.repoToChange(exchange)
                .reset(views.writableBranch(exchange), below.isEmpty() ? null : below);
        exchange.empty(200);
    }

    /** Answers differences, a line each, as they are found. */
    static void answer(Exchange exchange, Iterator<Difference> differences) throws IOException {
        int limit = exchange.query().limit(Integer.MAX_VALUE);
        // A first look before the status is sent: what is refused is refused with a problem.
        var _ = differences.hasNext();
        if (exchange.form() == Form.JSON) {
            exchange.json(
                    200,
                    json -> {
                        json.writeStartObject();
                        json.writeArrayPropertyStart("changes");
                        for (int n = 0; n < limit && differences.hasNext(); n++) {
                            change(differences.next()).writeTo(json);
                        }
                        json.writeEndArray();
                        json.writeEndObject();
                    });
            return;
        }
        exchange.stream(
                200,
                Exchange.TEXT,
                out -> {
                    for (int n = 0; n < limit && differences.hasNext(); n++) {
                        String line = change(differences.next()).line() + "\n";
                        out.write(line.getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private static Change change(Difference difference) {
        return new Change(difference.type().letter(), difference.path(), difference.oldPath());
    }
}
