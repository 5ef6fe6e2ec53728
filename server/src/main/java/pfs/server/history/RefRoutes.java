package pfs.server.history;

import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.Repo;
import pfs.repo.Retention;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;
import tools.jackson.core.JsonGenerator;

/** {@code /branches} and {@code /tags}. Thread-safe. */
public final class RefRoutes {
    private static final int PAGE = 1_000;

    private final Views views;

    private RefRoutes(Views views) {
        this.views = views;
    }

    public static List<Route> of(Views views) {
        RefRoutes routes = new RefRoutes(views);
        String branch = "/branches/{name...}";
        String tag = "/tags/{name...}";
        return Routes.ofRepos()
                .get("/branches", READ, routes::branches, "Branches", "after", "limit")
                .get(branch, READ, routes::branch, "A branch's head")
                .post(branch, WRITE, routes::createBranch, "Make a branch", "commit", "branch")
                .put(
                        branch,
                        WRITE,
                        routes::moveBranch,
                        "Move or protect a branch, or say how far back it keeps files",
                        "commit",
                        "branch",
                        "protect",
                        "keep")
                .delete(branch, WRITE, routes::deleteBranch, "Delete a branch")
                .get("/tags", READ, routes::tags, "Tags", "after", "limit")
                .get(tag, READ, routes::tag, "A tag's commit")
                .post(tag, WRITE, routes::createTag, "Make a tag", "commit", "branch")
                .delete(tag, WRITE, routes::deleteTag, "Delete a tag")
                .list();
    }

    // ---- lists

    private void branches(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        list(
                exchange,
                "branches",
                repo::branches,
                name -> repo.head(name).map(c -> c.id().toString()).orElse(null));
    }

    private void tags(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        list(exchange, "tags", repo::tags, name -> repo.tag(name).id().toString());
    }

    /** A page of names. */
    private interface Names {
        List<String> next(String after, int limit);
    }

    /** The commit's id of a name; null if it has none yet. */
    private interface Target {
        @Nullable String of(String name);
    }

    private static void list(Exchange exchange, String noun, Names names, Target target)
            throws IOException {
        int limit = exchange.query().limit(Integer.MAX_VALUE);
        Iterator<String> all = new Paged(names, exchange.query().get("after", ""));
        var _ = all.hasNext();
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> write(json, noun, all, target, limit));
            return;
        }
        exchange.stream(
                200,
                Exchange.TEXT,
                out -> {
                    for (int n = 0; n < limit && all.hasNext(); n++) {
                        String name = all.next();
                        String id = of(target, name);
                        String line = name + "  " + (id == null ? "-" : id) + "\n";
                        out.write(line.getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private static void write(
            JsonGenerator json, String noun, Iterator<String> names, Target target, int limit) {
        String last = null;
        json.writeStartObject();
        json.writeArrayPropertyStart(noun);
        for (int n = 0; n < limit && names.hasNext(); n++) {
            last = names.next();
            ref(json, last, of(target, last), false, Optional.empty());
        }
        json.writeEndArray();
        if (last != null && names.hasNext()) {
            json.writeStringProperty("next", last);
        } else {
            json.writeNullProperty("next");
        }
        json.writeEndObject();
    }

    /** Null too for a ref that was deleted while the list was on its way. */
    private static @Nullable String of(Target target, String name) {
        try {
            return target.of(name);
        } catch (PfsException e) {
            if (e.code() == ErrorCode.NO_SUCH_REF) {
                return null;
            }
            throw e;
        }
    }

    private static void ref(
            JsonGenerator json,
            String name,
            @Nullable String id,
            boolean isProtected,
            Optional<Retention> keep) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        if (id == null) {
            json.writeNullProperty("commit");
        } else {
            json.writeStringProperty("commit", id);
        }
        if (isProtected) {
            json.writeBooleanProperty("protected", true);
        }
        keep.ifPresent(rule -> json.writeStringProperty("keep", rule.toString()));
        json.writeEndObject();
    }

    /** All names, fetched a page at a time. */
    private static final class Paged implements Iterator<String> {
        private final Names names;
        private Iterator<String> page;
        private String last;

        Paged(Names names, String after) {
            this.names = names;
            this.last = after;
            this.page = names.next(after, PAGE).iterator();
        }

        @Override
        public boolean hasNext() {
            if (!page.hasNext() && !last.isEmpty()) {
                page = names.next(last, PAGE).iterator();
            }
            return page.hasNext();
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            last = page.next();
            return last;
        }
    }

    // ---- one ref

    private static void answer(Exchange exchange, int status, String name, @Nullable Commit commit)
            throws IOException {
        answer(exchange, status, name, commit, false, Optional.empty());
    }

    private static void answer(
            Exchange exchange,
            int status,
            String name,
            @Nullable Commit commit,
            boolean isProtected,
            Optional<Retention> keep)
            throws IOException {
        String id = commit == null ? null : commit.id().toString();
        if (id != null) {
            exchange.headersOut().put("ETag", "\"" + id + "\"");
        }
        if (status == 201) {
            exchange.headersOut().put("Location", exchange.rawPath());
        }
        if (exchange.form() == Form.JSON) {
            exchange.json(status, json -> ref(json, name, id, isProtected, keep));
        } else {
            exchange.text(status, id == null ? "" : id + "\n");
        }
    }

    private void branch(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        answer(exchange, 200, views.repo(exchange), name);
    }

    private static void answer(Exchange exchange, int status, Repo repo, String name)
            throws IOException {
        Commit head = repo.head(name).orElse(null);
        boolean isProtected = !name.startsWith("jobs/") && repo.history().mergeOnly(name);
        Optional<Retention> keep = repo.history().retention(name);
        answer(exchange, status, name, head, isProtected, keep);
    }

    private void createBranch(Exchange exchange) throws IOException {
        String name = ownName(exchange);
        Repo repo = views.repo(exchange);
        Commit at = at(exchange, repo);
        repo.createBranch(name, at);
        answer(exchange, 201, name, at);
    }

    private void moveBranch(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        if (exchange.query().find("keep") instanceof String keep) {
            String any = exchange.variable("name");
            repo.history().setRetention(any, Retention.parse(keep));
            answer(exchange, 200, repo, any);
            return;
        }
        String name = ownName(exchange);
        String protect = exchange.query().find("protect");
        if (protect != null) {
            repo.history().setMergeOnly(name, exchange.query().flag("protect"));
            answer(exchange, 200, repo, name);
            return;
        }
        Commit to = at(exchange, repo);
        boolean there = exists(repo, name);
        repo.moveBranch(name, to, CommitRoutes.expectedHead(exchange));
        answer(exchange, there ? 200 : 201, name, to);
    }

    private static boolean exists(Repo repo, String branch) {
        try {
            repo.head(branch);
            return true;
        } catch (PfsException e) {
            if (e.code() == ErrorCode.NO_SUCH_REF) {
                return false;
            }
            throw e;
        }
    }

    private void deleteBranch(Exchange exchange) throws IOException {
        views.repo(exchange).deleteBranch(exchange.variable("name"));
        exchange.empty(204);
    }

    private void tag(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        answer(exchange, 200, name, views.repo(exchange).tag(name));
    }

    private void createTag(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        Repo repo = views.repo(exchange);
        Commit at = at(exchange, repo);
        repo.createTag(name, at);
        answer(exchange, 201, name, at);
    }

    private void deleteTag(Exchange exchange) throws IOException {
        views.repo(exchange).deleteTag(exchange.variable("name"));
        exchange.empty(204);
    }

    private static String ownName(Exchange exchange) {
        String name = exchange.variable("name");
        if (name.startsWith("jobs/")) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "branch '" + name + "' is written by runs only", name);
        }
        return name;
    }

    /** {@code ?commit=}, or the head of {@code ?branch=}. */
    private Commit at(Exchange exchange, Repo repo) throws IOException {
        String expression = exchange.fields().find("commit");
        String branch = views.branch(exchange);
        if (expression != null) {
            return repo.resolve(expression, branch);
        }
        Optional<Commit> head = repo.head(branch);
        return head.orElseThrow(
                () ->
                        new PfsException(
                                ErrorCode.IMPOSSIBLE,
                                "branch '" + branch + "' has no commit yet: commit first",
                                branch));
    }
}
