package pfs.server.care;

import static pfs.server.http.Right.ADMIN;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import pfs.repo.Finding;
import pfs.repo.Scrub;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Route;
import pfs.server.http.Routes;

/** {@code /scrub}: what the check in the background has found. Thread-safe. */
public final class ScrubRoutes {
    private final Scrub scrub;

    private ScrubRoutes(Scrub scrub) {
        this.scrub = scrub;
    }

    public static List<Route> of(Scrub scrub) {
        ScrubRoutes routes = new ScrubRoutes(scrub);
        return Routes.ofServer()
                .get("/scrub", ADMIN, routes::state, "What the check in the background has found")
                .list();
    }

    /** Its figures, for {@code /metrics}. */
    public static MeterBinder figures(Scrub scrub) {
        return registry -> {
            FunctionCounter.builder("pfs.scrub.bytes", scrub, s -> s.state().bytes())
                    .description("bytes of packs that were checked in the background")
                    .register(registry);
            Gauge.builder("pfs.scrub.findings", () -> scrub.state().findings().size())
                    .description("damages that the round under way, or the last, has found")
                    .register(registry);
            Gauge.builder("pfs.scrub.began.seconds", () -> scrub.state().began() / 1000.0)
                    .description("when the round under way, or the last, began, since 1970")
                    .register(registry);
        };
    }

    private void state(Exchange exchange) throws IOException {
        Scrub.State state = scrub.state();
        String began = Instant.ofEpochMilli(state.began()).toString();
        if (exchange.form() == Form.JSON) {
            exchange.json(
                    200,
                    json -> {
                        json.writeStartObject();
                        json.writeNumberProperty("rate", state.rate());
                        json.writeStringProperty("began", began);
                        json.writeBooleanProperty("running", state.next() != 0);
                        json.writeNumberProperty("bytes", state.bytes());
                        json.writeArrayPropertyStart("findings");
                        for (Finding finding : state.findings()) {
                            json.writeStartObject();
                            json.writeStringProperty("what", finding.what());
                            json.writeStringProperty("where", finding.where());
                            json.writeEndObject();
                        }
                        json.writeEndArray();
                        json.writeEndObject();
                    });
            return;
        }
        StringBuilder text = new StringBuilder();
        state.findings().forEach(finding -> text.append(finding).append('\n'));
        text.append("rate  ").append(state.rate()).append("\nbegan  ").append(began);
        text.append("\nrunning  ").append(state.next() != 0 ? 1 : 0);
        text.append("\nbytes  ").append(state.bytes());
        text.append("\nfindings  ").append(state.findings().size()).append('\n');
        exchange.text(200, text.toString());
    }
}
