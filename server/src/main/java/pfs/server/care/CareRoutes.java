package pfs.server.care;

import static pfs.server.http.Right.ADMIN;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import pfs.object.ObjectSource;
import pfs.repo.Checked;
import pfs.repo.Collected;
import pfs.repo.Collector;
import pfs.repo.FsckSettings;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.sync.HttpPeer;
import pfs.sync.PeerObjects;

/** {@code /gc} and {@code /fsck}. Thread-safe. */
public final class CareRoutes {
    private static final long MOST_SECONDS = 365L * 24 * 3600;

    private static final int FINDINGS = 1000;

    private final Repos repos;

    private CareRoutes(Repos repos) {
        this.repos = repos;
    }

    public static List<Route> of(Repos repos) {
        CareRoutes routes = new CareRoutes(repos);
        return Routes.ofServer()
                .post("/gc", ADMIN, routes::collect, "Free what nothing reaches", "trash", "wait")
                .get("/fsck", ADMIN, routes::check, "Check all that is stored", "limit")
                .post(
                        "/fsck",
                        ADMIN,
                        routes::repair,
                        "Check it and mend what can be, from another server too",
                        "limit",
                        "from")
                .list();
    }

    private void collect(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        Collector.Settings usual = Collector.Settings.usual();
        Collected collected =
                repos.collector()
                        .collect(
                                new Collector.Settings(
                                        seconds(fields, "trash", usual.trash()),
                                        seconds(fields, "wait", usual.patience()),
                                        usual.garbage()));
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> CollectedText.write(json, collected));
        } else {
            exchange.text(200, CollectedText.of(collected));
        }
    }

    private void check(Exchange exchange) throws IOException {
        answer(exchange, repos.collector().check(how(exchange, false), ObjectSource.NONE));
    }

    private void repair(Exchange exchange) throws IOException {
        try (ObjectSource copy = copy(exchange)) {
            answer(exchange, repos.collector().check(how(exchange, true), copy));
        }
    }

    /** The other server that is named, if one is. */
    private static ObjectSource copy(Exchange exchange) {
        String from = exchange.query().find("from");
        if (from == null) {
            return ObjectSource.NONE;
        }
        HttpPeer.Address address = HttpPeer.Address.parse(from, Repos.DEFAULT_REPO);
        return new PeerObjects(new HttpPeer(address, exchange.headers().get("Pfs-Remote-Token")));
    }

    private static FsckSettings how(Exchange exchange, boolean mend) {
        return new FsckSettings(mend, exchange.query().limit(FINDINGS));
    }

    private static void answer(Exchange exchange, Checked checked) throws IOException {
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> CheckedText.write(json, checked));
        } else {
            exchange.text(200, CheckedText.of(checked));
        }
    }

    private static Duration seconds(Query fields, String name, Duration otherwise) {
        String given = fields.find(name);
        if (given == null) {
            return otherwise;
        }
        try {
            long seconds = Long.parseLong(given);
            if (seconds >= 0 && seconds <= MOST_SECONDS) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // Refused below, as what is out of range is.
        }
        throw Refusal.invalid(
                name + " is '" + given + "'; it is a number of seconds, 0 to " + MOST_SECONDS);
    }
}
