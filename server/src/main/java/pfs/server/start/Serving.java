package pfs.server.start;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.repo.Lease;
import pfs.repo.Repos;
import pfs.server.around.AroundRoutes;
import pfs.server.around.CacheFigures;
import pfs.server.auth.Guard;
import pfs.server.care.CareRoutes;
import pfs.server.files.FileRoutes;
import pfs.server.history.ChangeRoutes;
import pfs.server.history.CommitRoutes;
import pfs.server.history.MergeRoutes;
import pfs.server.history.RefRoutes;
import pfs.server.history.RepoRoutes;
import pfs.server.http.Dispatcher;
import pfs.server.http.Exchange;
import pfs.server.http.RequestMeter;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.http.RouteTable;
import pfs.server.http.Shortcut;
import pfs.server.http.Writes;
import pfs.server.sync.Cluster;
import pfs.server.sync.ClusterRoutes;
import pfs.server.sync.PushRoutes;
import pfs.server.sync.ReplicaGate;
import pfs.server.sync.SyncRoutes;
import pfs.server.view.Views;

/** Repos behind routes: what answers a server's requests. */
public final class Serving implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private final Settings settings;
    private final RequestMeter meter;
    private final Cluster cluster;
    private final RouteTable routes;

    /**
     * @param repos stay the caller's to close, after this
     */
    public Serving(Repos repos, Settings settings, InstantSource clock, Additions additions) {
        this.settings = settings;
        this.meter = new RequestMeter();
        this.cluster = new Cluster(repos, additions.cluster());
        this.routes = routes(repos, clock, additions);
    }

    private RouteTable routes(Repos repos, InstantSource clock, Additions additions) {
        Views views = new Views(repos);
        List<Route> routes = new ArrayList<>();
        routes.addAll(FileRoutes.of(views, repos, clock, settings.limits().uploads()));
        routes.addAll(CommitRoutes.of(views, additions.afterCommit()));
        routes.addAll(ChangeRoutes.of(views, repos.contents()));
        routes.addAll(MergeRoutes.of(views));
        routes.addAll(RefRoutes.of(views));
        routes.addAll(RepoRoutes.of(repos));
        routes.addAll(SyncRoutes.of(views, repos));
        routes.addAll(PushRoutes.of(views, repos));
        routes.addAll(ClusterRoutes.of(cluster, repos.changes()));
        List<MeterBinder> figures = new ArrayList<>(additions.figures());
        figures.add(ClusterRoutes.figures(cluster));
        figures.add(CacheFigures.of(repos));
        routes.addAll(AroundRoutes.of(repos, meter, figures, () -> List.copyOf(routes)));
        routes.addAll(CareRoutes.of(repos));
        routes.addAll(additions.routes());
        return new RouteTable(routes.stream().map(route -> leased(route, repos::lease)).toList());
    }

    /**
     * What a change stores is named before its request is answered: so long nothing of it is
     * garbage.
     *
     * @param leases opens one
     */
    static Route leased(Route route, Supplier<Lease> leases) {
        if (route.scope() != Route.Scope.REPO || route.right() != Right.WRITE) {
            return route;
        }
        Shortcut shortcut = route.shortcut();
        Route leased =
                shortcut == null ? route : route.answeredBy(e -> takes(e, shortcut, leases.get()));
        return leased.with(
                exchange -> {
                    Lease lease = leases.get();
                    try {
                        route.action().run(exchange);
                    } finally {
                        exchange.afterwards(lease::close);
                    }
                });
    }

    private static boolean takes(Exchange exchange, Shortcut shortcut, Lease lease) {
        boolean taken = false;
        try {
            taken = shortcut.takes(exchange);
            return taken;
        } finally {
            if (taken) {
                exchange.afterwards(lease::close);
            } else {
                lease.close();
            }
        }
    }

    public RouteTable routes() {
        return routes;
    }

    /** What answers by these routes. */
    public Handler handler() {
        return handler(routes, new ReplicaGate(cluster));
    }

    /**
     * The same with other routes.
     *
     * @param writes looks at each request first
     */
    public Handler handler(RouteTable table, Writes writes) {
        return handler(table, writes, settings, meter);
    }

    /** What answers by routes that need no repos. */
    public static Handler handler(
            RouteTable table, Writes writes, Settings settings, RequestMeter meter) {
        return new Dispatcher(
                table,
                new Guard(settings.tokens(), settings.listen().loopback()),
                meter,
                settings.limits(),
                settings.logRequests(),
                writes,
                Front.WORKERS);
    }

    /**
     * Begins to send to replicas, or to follow, if the additions say so.
     *
     * @param url this server's own
     */
    public void begin(String url) {
        cluster.begin(url);
    }

    @Override
    public void close() {
        try {
            cluster.close();
        } catch (IOException e) {
            LOG.warn("a connection to another server did not close: {}", e.getMessage());
        }
    }
}
