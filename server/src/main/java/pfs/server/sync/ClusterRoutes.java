package pfs.server.sync;

import static pfs.server.http.Right.ADMIN;
import static pfs.server.http.Right.READ;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pfs.repo.Changes;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.sync.ClusterState;
import pfs.sync.Replicas;
import tools.jackson.core.JsonGenerator;

/** {@code /cluster}, {@code /promote}, and what a replica waits at. Thread-safe. */
public final class ClusterRoutes {
    private static final long WAIT_MILLIS = 20_000;

    private final Cluster cluster;
    private final Changes changes;

    private ClusterRoutes(Cluster cluster, Changes changes) {
        this.cluster = cluster;
        this.changes = changes;
    }

    public static List<Route> of(Cluster cluster, Changes changes) {
        ClusterRoutes routes = new ClusterRoutes(cluster, changes);
        return Routes.ofServer()
                .get("/cluster", READ, routes::cluster, "This server's role and its peers")
                .post("/promote", ADMIN, routes::promote, "Make this replica the master")
                .post("/sync/position", ADMIN, routes::settled, "Note how far a copy is", "ticket")
                .get("/sync/changes", READ, routes::changes, "Wait for a change", "after")
                .list();
    }

    /** The role, and how far replicas and this server are behind. */
    public static MeterBinder figures(Cluster cluster) {
        return registry -> {
            Gauge.builder("pfs.cluster.writable", () -> cluster.state().writable() ? 1 : 0)
                    .description("1 while writes are taken here")
                    .register(registry);
            Gauge.builder("pfs.cluster.epoch", () -> cluster.state().epoch())
                    .description("the epoch of the master that is known")
                    .register(registry);
            Gauge.builder("pfs.cluster.lag.seconds", () -> lag(peers(cluster)))
                    .description("since the oldest change that a copy has not, the worst of all")
                    .register(registry);
        };
    }

    private static double lag(List<Replicas.Status> peers) {
        return peers.stream().mapToDouble(Replicas.Status::lagSeconds).max().orElse(0);
    }

    private static List<Replicas.Status> peers(Cluster cluster) {
        List<Replicas.Status> peers = new ArrayList<>(cluster.replicas());
        cluster.following().ifPresent(peers::add);
        return peers;
    }

    private static String role(ClusterState.State state) {
        return state.role().name().toLowerCase(Locale.ROOT);
    }

    private void cluster(Exchange exchange) throws IOException {
        answer(exchange, cluster.state());
    }

    private void promote(Exchange exchange) throws IOException {
        answer(exchange, cluster.promote());
    }

    /** Only a master says so, to its copy; the gate has looked at its epoch. */
    private void settled(Exchange exchange) throws IOException {
        String epoch = exchange.headers().get(HttpStore.EPOCH);
        if (epoch == null) {
            throw Refusal.invalid("only a master says how far its copies are");
        }
        String ticket = exchange.query().require("ticket");
        cluster.settled(ReplicaGate.number(epoch), ReplicaGate.number(ticket));
        exchange.empty(204);
    }

    private void answer(Exchange exchange, ClusterState.State state) throws IOException {
        List<Replicas.Status> peers = peers(cluster);
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.headersOut().put(HttpStore.POSITION, cluster.position().toString());
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> write(json, state, peers));
            return;
        }
        StringBuilder text = new StringBuilder(role(state));
        if (state.role() != ClusterState.Role.SINGLE) {
            text.append("  epoch ").append(state.epoch());
            text.append(state.master() == null ? "" : "  master " + state.master());
        }
        text.append('\n');
        for (Replicas.Status peer : peers) {
            text.append(peer.name());
            text.append(String.format(Locale.ROOT, "  lag %.1f  ", peer.lagSeconds()));
            text.append(peer.trouble() == null ? "ok" : peer.trouble()).append('\n');
        }
        exchange.text(200, text.toString());
    }

    private static void write(
            JsonGenerator json, ClusterState.State state, List<Replicas.Status> peers) {
        json.writeStartObject();
        json.writeStringProperty("role", role(state));
        json.writeNumberProperty("epoch", state.epoch());
        text(json, "master", state.master());
        json.writeArrayPropertyStart("peers");
        for (Replicas.Status peer : peers) {
            json.writeStartObject();
            json.writeStringProperty("url", peer.name());
            json.writeNumberProperty("lagSeconds", peer.lagSeconds());
            text(json, "trouble", peer.trouble());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    /** Answers the count of changes, when it is another one than the asker has seen. */
    private void changes(Exchange exchange) throws IOException {
        String after = exchange.query().get("after", "");
        long count = changes.count();
        try {
            if (after.equals(Long.toString(count))) {
                count = changes.awaitOther(count, WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.text(200, count + "\n");
    }
}
