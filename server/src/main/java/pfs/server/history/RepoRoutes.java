package pfs.server.history;

import static pfs.server.http.Right.ADMIN;
import static pfs.server.http.Right.READ;

import java.io.IOException;
import java.util.List;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;

/** {@code /repos}. Thread-safe. */
public final class RepoRoutes {
    private static final int MOST = 100_000;

    private final Repos repos;

    private RepoRoutes(Repos repos) {
        this.repos = repos;
    }

    public static List<Route> of(Repos repos) {
        RepoRoutes routes = new RepoRoutes(repos);
        return Routes.ofServer()
                .get("/repos", READ, routes::list, "Repos", "after", "limit")
                .get("/repos/{name}", READ, routes::one, "Whether a repo is there")
                .put("/repos/{name}", ADMIN, routes::create, "Make a repo")
                .delete("/repos/{name}", ADMIN, routes::delete, "Delete a repo", "confirm")
                .list();
    }

    private void list(Exchange exchange) throws IOException {
        int limit = exchange.query().limit(MOST);
        List<String> names = repos.list(exchange.query().get("after", ""), limit);
        if (exchange.form() != Form.JSON) {
            exchange.text(200, names.isEmpty() ? "" : String.join("\n", names) + "\n");
            return;
        }
        exchange.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeArrayPropertyStart("repos");
                    for (String name : names) {
                        json.writeStartObject();
                        json.writeStringProperty("name", name);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    if (names.size() == limit) {
                        json.writeStringProperty("next", names.getLast());
                    } else {
                        json.writeNullProperty("next");
                    }
                    json.writeEndObject();
                });
    }

    private void one(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        if (repos.find(name).isEmpty()) {
            throw missing(name);
        }
        answer(exchange, 200, name);
    }

    private void create(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        boolean made = repos.create(name);
        answer(exchange, made ? 201 : 200, name);
    }

    private static void answer(Exchange exchange, int status, String name) throws IOException {
        if (status == 201) {
            exchange.headersOut().put("Location", "/repos/" + name);
        }
        if (exchange.form() == Form.JSON) {
            exchange.json(
                    status,
                    json -> {
                        json.writeStartObject();
                        json.writeStringProperty("name", name);
                        json.writeEndObject();
                    });
        } else {
            exchange.text(status, name + "\n");
        }
    }

    private void delete(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        if (repos.find(name).isEmpty()) {
            throw missing(name);
        }
        if (!name.equals(exchange.fields().find("confirm"))) {
            throw Refusal.invalid(
                    "deleting a repo deletes all that is in it: say ?confirm=" + name);
        }
        if (name.equals("default")) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE, "the repo 'default' is always there", name);
        }
        if (!repos.delete(name)) {
            throw missing(name);
        }
        exchange.empty(204);
    }

    private static PfsException missing(String name) {
        return new PfsException(ErrorCode.NO_SUCH_REPO, "there is no repo '" + name + "'", name);
    }
}
