package pfs.server.history;

import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import pfs.api.Json;
import pfs.repo.Commit;
import pfs.repo.CommitRequest;
import pfs.repo.Merged;
import pfs.repo.Repo;
import pfs.server.files.GlobPattern;
import pfs.server.files.Metadata;
import pfs.server.http.Exchange;
import pfs.server.http.Problem;
import pfs.server.http.Query;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;
import pfs.tree.TreeMerge;
import tools.jackson.core.JsonGenerator;

/** {@code /merge}, {@code /revert} and {@code /cherry-pick}. Thread-safe. */
public final class MergeRoutes {
    /** Paths that a conflict's one-line detail names; the list has them all. */
    private static final int NAMED = 10;

    private final Views views;

    private MergeRoutes(Views views) {
        this.views = views;
    }

    public static List<Route> of(Views views) {
        MergeRoutes routes = new MergeRoutes(views);
        String[] merge = {"from", "into", "branch", "strategy", "message", "author"};
        String[] pick = {"commit", "branch", "strategy", "message", "author"};
        return Routes.ofRepos()
                .post("/merge", WRITE, routes::merge, "Merge a commit into a branch", merge)
                .post("/revert", WRITE, routes::revert, "Take back a commit's changes", pick)
                .post("/cherry-pick", WRITE, routes::cherryPick, "Do a commit's changes", pick)
                .list();
    }

    private void merge(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String into = fields.get("into", fields.get("branch", Repo.DEFAULT_BRANCH));
        String from = fields.require("from");
        Repo repo = views.repoToChange(exchange);
        Commit commit = repo.resolve(from, into);
        String message = fields.get("message", "Merge " + from + " into " + into);
        answer(
                exchange,
                repo.history().merge(into, commit, request(exchange, message), choices(fields)));
    }

    private void revert(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String branch = views.branchToWrite(exchange);
        Repo repo = views.repoToChange(exchange);
        Commit commit = repo.resolve(fields.require("commit"), branch);
        CommitRequest request = request(exchange, fields.get("message", ""));
        answer(exchange, repo.history().revert(branch, commit, request, choices(fields)));
    }

    private void cherryPick(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String branch = views.branchToWrite(exchange);
        Repo repo = views.repoToChange(exchange);
        Commit commit = repo.resolve(fields.require("commit"), branch);
        CommitRequest request = request(exchange, fields.get("message", ""));
        answer(exchange, repo.history().cherryPick(branch, commit, request, choices(fields)));
    }

    private static CommitRequest request(Exchange exchange, String message) throws IOException {
        return new CommitRequest(
                message,
                CommitRoutes.author(exchange.fields().get("author", exchange.caller())),
                Metadata.of(exchange.headers()),
                CommitRoutes.expectedHead(exchange));
    }

    /** One {@code strategy=theirs:GLOB}; a path of a conflict, or DIR/, does for the glob. */
    private record PathChoice(String given, GlobPattern glob, TreeMerge.Choice choice) {
        boolean covers(String path) {
            return path.equals(given)
                    || given.endsWith("/") && path.startsWith(given)
                    || glob.matchesPath(path);
        }
    }

    /**
     * {@code strategy=ours} and {@code theirs} are for all paths; {@code strategy=ours:GLOB}, given
     * as often as wanted, for some. The first glob that matches decides, then what is for all.
     */
    private static Function<String, TreeMerge.Choice> choices(Query fields) {
        List<PathChoice> some = new ArrayList<>();
        TreeMerge.Choice all = TreeMerge.Choice.NONE;
        for (String value : fields.all("strategy")) {
            int colon = value.indexOf(':');
            TreeMerge.Choice choice = choice(colon < 0 ? value : value.substring(0, colon), value);
            if (colon < 0) {
                all = choice;
            } else {
                String glob = value.substring(colon + 1);
                String below = glob.startsWith("/") ? glob.substring(1) : glob;
                some.add(new PathChoice(below, GlobPattern.parse(below), choice));
            }
        }
        TreeMerge.Choice otherwise = all;
        return path -> {
            for (PathChoice one : some) {
                if (one.covers(path)) {
                    return one.choice;
                }
            }
            return otherwise;
        };
    }

    private static TreeMerge.Choice choice(String side, String given) {
        return switch (side) {
            case "ours" -> TreeMerge.Choice.OURS;
            case "theirs" -> TreeMerge.Choice.THEIRS;
            default ->
                    throw Refusal.invalid(
                            "strategy is '" + given + "'; it is ours, theirs, or one with :GLOB");
        };
    }

    private static void answer(Exchange exchange, Merged merged) throws IOException {
        switch (merged) {
            case Merged.Done done -> CommitRoutes.answer(exchange, 200, done.commit());
            case Merged.Conflicts conflicts -> conflicts(exchange, conflicts.paths());
        }
    }

    private static void conflicts(Exchange exchange, List<String> paths) throws IOException {
        String named = String.join(", ", paths.subList(0, Math.min(NAMED, paths.size())));
        String detail =
                "both sides changed "
                        + (paths.size() == 1 ? "a path: " : paths.size() + " paths: ")
                        + named
                        + (paths.size() > NAMED ? " …" : "")
                        + "; nothing has changed. Choose by strategy=ours or theirs, for all or"
                        + " strategy=ours:PATH";
        exchange.stream(
                409,
                Problem.TYPE,
                out -> {
                    try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
                        json.writeStartObject();
                        json.writeStringProperty("type", "urn:pfs:merge-conflict");
                        json.writeStringProperty("title", "Merge conflict");
                        json.writeNumberProperty("status", 409);
                        json.writeStringProperty("detail", detail);
                        json.writeArrayPropertyStart("conflicts");
                        paths.forEach(json::writeString);
                        json.writeEndArray();
                        json.writeEndObject();
                    }
                });
    }
}
