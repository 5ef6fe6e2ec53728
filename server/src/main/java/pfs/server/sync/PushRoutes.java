package pfs.server.sync;

import static pfs.server.http.Right.ADMIN;
import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Arrivals;
import pfs.repo.Remotes;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;
import pfs.sync.Moved;
import pfs.sync.Pull;
import pfs.sync.Push;
import pfs.sync.Ref;
import pfs.sync.SyncReport;
import tools.jackson.core.JsonGenerator;

/** {@code /push}, {@code /pull}, {@code /fetch} and {@code /remotes}. Thread-safe. */
public final class PushRoutes {
    /** The token for the other server, in a request's head. */
    private static final String TOKEN = "Pfs-Remote-Token";

    private static final String ORIGIN = "origin";

    private final Views views;
    private final Repos repos;

    private PushRoutes(Views views, Repos repos) {
        this.views = views;
        this.repos = repos;
    }

    public static List<Route> of(Views views, Repos repos) {
        PushRoutes routes = new PushRoutes(views, repos);
        return Routes.ofRepos()
                .post("/push", WRITE, routes::push, "Send commits", "to", "branch", "force")
                .post("/pull", WRITE, routes::pull, "Get commits", "from", "branch", "force")
                .post("/fetch", WRITE, routes::fetch, "Get commits aside", "from", "branch")
                .get("/remotes", READ, routes::list, "Other servers by name")
                .get("/remotes/{name}", READ, routes::one, "One of them")
                .put("/remotes/{name}", ADMIN, routes::keep, "Name a server", "url")
                .delete("/remotes/{name}", ADMIN, routes::forget, "Forget a server")
                .list();
    }

    /** A server to talk to, and how it is called here. */
    private record Other(String name, HttpPeer peer) {}

    /**
     * The server that a field names: a remote, or by its URL, which only admins may give, since
     * this server then asks whatever can be reached from here.
     */
    private Other other(Exchange exchange, Repo repo, @Nullable String given) {
        String named = given == null || given.isEmpty() ? ORIGIN : given;
        @Nullable String token = exchange.headers().get(TOKEN);
        if (named.contains("/")) {
            exchange.require(ADMIN, repo.name());
            HttpPeer.Address address = HttpPeer.Address.parse(named, repo.name());
            return new Other(known(repo, named), new HttpPeer(address, token));
        }
        Remotes.Remote remote = repo.remotes().find(named).orElseThrow(() -> noRemote(named));
        HttpPeer.Address address = HttpPeer.Address.parse(remote.url(), repo.name());
        return new Other(named, new HttpPeer(address, token == null ? remote.token() : token));
    }

    /** The name under which a URL is known; that of its host if it has none. */
    private static String known(Repo repo, String url) {
        for (Remotes.Remote remote : repo.remotes().list()) {
            if (remote.url().equals(url)) {
                return remote.name();
            }
        }
        String host = HttpPeer.Address.parse(url, repo.name()).endpoint().host();
        return host.replaceAll("[^A-Za-z0-9.-]", "");
    }

    private static PfsException noRemote(String name) {
        return new PfsException(
                ErrorCode.NO_SUCH_REF,
                "there is no remote '" + name + "'; PUT /remotes/" + name + "?url=… names one",
                name);
    }

    /** One transfer. */
    private interface Transfer {
        SyncReport run(HttpPeer peer) throws IOException;
    }

    private static void run(Exchange exchange, Other other, Transfer transfer) throws IOException {
        SyncReport report;
        try (HttpPeer peer = other.peer) {
            report = transfer.run(peer);
        } catch (IOException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED,
                    "'" + other.name + "' did not answer as it should: " + reason(e),
                    null,
                    e);
        }
        answer(exchange, report);
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private void push(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        Repo repo = views.repo(exchange);
        Other other = other(exchange, repo, fields.find("to"));
        run(
                exchange,
                other,
                peer -> new Push(repos, repo, peer).run(fields.find("branch"), mode(fields)));
    }

    private void pull(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        Repo repo = views.repo(exchange);
        Other other = other(exchange, repo, fields.find("from"));
        run(
                exchange,
                other,
                peer -> new Pull(repos, repo, peer).run(fields.find("branch"), "", mode(fields)));
    }

    /** As pull, but the branches become NAME/BRANCH here, to be looked at and merged. */
    private void fetch(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        Repo repo = views.repo(exchange);
        Other other = other(exchange, repo, fields.find("from"));
        String prefix = other.name + "/";
        run(
                exchange,
                other,
                peer ->
                        new Pull(repos, repo, peer)
                                .run(fields.find("branch"), prefix, Arrivals.Mode.FORCE));
    }

    private static Arrivals.Mode mode(Query fields) {
        return fields.flag("force") ? Arrivals.Mode.FORCE : Arrivals.Mode.FAST_FORWARD;
    }

    private static String word(Moved moved) {
        return moved.what().name().toLowerCase(Locale.ROOT);
    }

    private static void answer(Exchange exchange, SyncReport report) throws IOException {
        if (exchange.form() != Form.JSON) {
            StringBuilder text = new StringBuilder();
            report.refs().forEach(m -> text.append(word(m)).append('\t').append(m.ref().line()));
            exchange.text(200, text.toString());
            return;
        }
        exchange.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeArrayPropertyStart("refs");
                    report.refs().forEach(moved -> write(json, moved));
                    json.writeEndArray();
                    json.writeNumberProperty("objects", report.objects());
                    json.writeNumberProperty("bytes", report.bytes());
                    json.writeEndObject();
                });
    }

    private static void write(JsonGenerator json, Moved moved) {
        json.writeStartObject();
        json.writeStringProperty("what", word(moved));
        json.writeStringProperty("kind", moved.ref().kind() == Ref.Kind.TAG ? "tag" : "branch");
        json.writeStringProperty("name", moved.ref().name());
        json.writeStringProperty("commit", String.valueOf(moved.ref().commit()));
        json.writeEndObject();
    }

    // ---- remotes

    private void list(Exchange exchange) throws IOException {
        List<Remotes.Remote> remotes = views.repo(exchange).remotes().list();
        if (exchange.form() == Form.JSON) {
            exchange.json(
                    200,
                    json -> {
                        json.writeStartObject();
                        json.writeArrayPropertyStart("remotes");
                        remotes.forEach(remote -> write(json, remote));
                        json.writeEndArray();
                        json.writeEndObject();
                    });
            return;
        }
        StringBuilder text = new StringBuilder();
        remotes.forEach(r -> text.append(r.name()).append("  ").append(r.url()).append('\n'));
        exchange.text(200, text.toString());
    }

    /** Without the token, which nobody is told. */
    private static void write(JsonGenerator json, Remotes.Remote remote) {
        json.writeStartObject();
        json.writeStringProperty("name", remote.name());
        json.writeStringProperty("url", remote.url());
        json.writeEndObject();
    }

    private static void answer(Exchange exchange, int status, Remotes.Remote remote)
            throws IOException {
        if (exchange.form() == Form.JSON) {
            exchange.json(status, json -> write(json, remote));
        } else {
            exchange.text(status, remote.url() + "\n");
        }
    }

    private void one(Exchange exchange) throws IOException {
        String name = exchange.variable("name");
        Optional<Remotes.Remote> remote = views.repo(exchange).remotes().find(name);
        answer(exchange, 200, remote.orElseThrow(() -> noRemote(name)));
    }

    private void keep(Exchange exchange) throws IOException {
        Repo repo = views.repo(exchange);
        String url = exchange.fields().require("url");
        if (!url.contains("/")) {
            throw Refusal.invalid("url is '" + url + "'; it is http://HOST:PORT, or https");
        }
        HttpPeer.Address.parse(url, repo.name());
        Remotes.Remote remote =
                new Remotes.Remote(exchange.variable("name"), url, exchange.headers().get(TOKEN));
        answer(exchange, repo.remotes().put(remote) ? 201 : 200, remote);
    }

    private void forget(Exchange exchange) throws IOException {
        views.repo(exchange).remotes().delete(exchange.variable("name"));
        exchange.empty(204);
    }
}
