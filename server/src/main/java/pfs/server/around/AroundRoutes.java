package pfs.server.around;

import static pfs.server.http.Right.NONE;
import static pfs.server.http.Right.READ;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import pfs.api.Version;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.RequestMeter;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.page.HomePage;

/** What is around the data: health, metrics, the description of the routes, the first page. */
public final class AroundRoutes {
    private static final HttpField METRICS =
            new PreEncodedHttpField(
                    HttpHeader.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");

    private final Repos repos;
    private final RequestMeter meter;
    private final List<MeterBinder> figures;
    private final Supplier<List<Route>> all;
    private @Nullable MetricsPage metrics;

    private AroundRoutes(
            Repos repos, RequestMeter meter, List<MeterBinder> figures, Supplier<List<Route>> all) {
        this.repos = repos;
        this.meter = meter;
        this.figures = figures;
        this.all = all;
    }

    /**
     * @param figures what the store and others add to the metrics
     * @param all every route of the server, these among them
     */
    public static List<Route> of(
            Repos repos, RequestMeter meter, List<MeterBinder> figures, Supplier<List<Route>> all) {
        AroundRoutes routes = new AroundRoutes(repos, meter, figures, all);
        return Routes.ofServer()
                .get("/", NONE, routes::home, "The first page")
                .get("/healthz", NONE, routes::health, "Whether the server runs")
                .get("/readyz", NONE, routes::ready, "Whether the store answers")
                .get("/metrics", READ, routes::metrics, "Figures for Prometheus")
                .get("/openapi.json", NONE, routes::openApi, "These routes")
                .list();
    }

    private void home(Exchange exchange) throws IOException {
        switch (exchange.form()) {
            case HTML -> HomePage.send(exchange, Version.current());
            case JSON ->
                    exchange.json(
                            200,
                            json -> {
                                json.writeStartObject();
                                json.writeStringProperty("name", "pfs");
                                json.writeStringProperty("version", Version.current());
                                json.writeStringProperty("routes", "/openapi.json");
                                json.writeEndObject();
                            });
            case TEXT, TAR -> {
                exchange.headersOut().put(HttpHeader.VARY, "Accept");
                exchange.text(200, HomePage.text(Version.current(), exchange.authority()));
            }
        }
    }

    private void health(Exchange exchange) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.text(200, "ok\n");
    }

    /** 503, by the store's own refusal, while it cannot answer. */
    private void ready(Exchange exchange) throws IOException {
        exchange.headersOut().put(Exchange.NO_STORE);
        repos.find("default").ifPresent(repo -> repo.snapshot("master").root());
        exchange.text(200, "ready\n");
    }

    private void metrics(Exchange exchange) throws IOException {
        String text = page().text();
        exchange.stream(
                200,
                METRICS,
                out -> out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private synchronized MetricsPage page() {
        MetricsPage page = metrics;
        if (page == null) {
            page = new MetricsPage(meter, figures);
            metrics = page;
        }
        return page;
    }

    private void openApi(Exchange exchange) throws IOException {
        exchange.json(200, json -> OpenApi.write(json, all.get()));
    }
}
