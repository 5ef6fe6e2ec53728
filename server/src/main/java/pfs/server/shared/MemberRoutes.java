package pfs.server.shared;

import static pfs.server.http.Right.NONE;
import static pfs.server.http.Right.READ;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import tools.jackson.core.JsonGenerator;

/** What each server of a cluster answers itself, whoever leads. */
final class MemberRoutes {
    private final Members members;
    private final Supplier<@Nullable String> leader;

    private MemberRoutes(Members members, Supplier<@Nullable String> leader) {
        this.members = members;
        this.leader = leader;
    }

    /** {@code /cluster}, also of the leader. */
    static List<Route> cluster(Members members, Supplier<@Nullable String> leader) {
        MemberRoutes routes = new MemberRoutes(members, leader);
        return Routes.ofServer()
                .get("/cluster", READ, routes::list, "The servers of the cluster")
                .list();
    }

    /** The health of one that follows. */
    static List<Route> around(Members members, Supplier<@Nullable String> leader) {
        MemberRoutes routes = new MemberRoutes(members, leader);
        return Routes.ofServer()
                .get("/healthz", NONE, MemberRoutes::health, "Whether the server runs")
                .get("/readyz", NONE, routes::ready, "Whether there is a leader")
                .list();
    }

    private static void health(Exchange exchange) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.text(200, "ok\n");
    }

    private void ready(Exchange exchange) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        if (leader.get() == null) {
            throw new PfsException(ErrorCode.BUSY, "no server leads the cluster just now");
        }
        exchange.text(200, "ready\n");
    }

    private void list(Exchange exchange) throws IOException {
        List<Member> now = members.list();
        exchange.headersOut().put(Exchange.NO_STORE);
        if (exchange.form() == Form.JSON) {
            exchange.json(200, json -> write(json, now));
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Member member : now) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s  %s  %s  load %.2f  %s  since %s%n",
                            member.id(),
                            member.url(),
                            member.version(),
                            member.load(),
                            member.role(),
                            Instant.ofEpochMilli(member.since())));
        }
        exchange.text(200, text.toString());
    }

    private void write(JsonGenerator json, List<Member> now) {
        json.writeStartObject();
        String leading = leader.get();
        if (leading == null) {
            json.writeNullProperty("leader");
        } else {
            json.writeStringProperty("leader", leading);
        }
        json.writeArrayPropertyStart("members");
        for (Member member : now) {
            json.writeStartObject();
            json.writeStringProperty("id", member.id());
            json.writeStringProperty("address", member.url());
            json.writeStringProperty("version", member.version());
            json.writeNumberProperty("load", member.load());
            json.writeStringProperty("role", member.role());
            json.writeStringProperty("since", Instant.ofEpochMilli(member.since()).toString());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
