package pfs.server.start;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.repo.Lease;
import pfs.repo.Repos;
import pfs.server.around.AroundRoutes;
import pfs.server.auth.Guard;
import pfs.server.care.CareRoutes;
import pfs.server.files.FileRoutes;
import pfs.server.history.ChangeRoutes;
import pfs.server.history.CommitRoutes;
import pfs.server.history.MergeRoutes;
import pfs.server.history.RefRoutes;
import pfs.server.history.RepoRoutes;
import pfs.server.http.Dispatcher;
import pfs.server.http.JettyProblems;
import pfs.server.http.RequestMeter;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.http.RouteTable;
import pfs.server.sync.Cluster;
import pfs.server.sync.ClusterRoutes;
import pfs.server.sync.PushRoutes;
import pfs.server.sync.ReplicaGate;
import pfs.server.sync.SyncRoutes;
import pfs.server.view.Views;

/** The server: repos behind HTTP, from start to stop. */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** Time for requests in flight, before the process is to be gone. */
    private static final long STOP_MILLIS = 7_000;

    private static final long HEAD_MILLIS = 20_000;
    private static final int PLATFORM_THREADS = 64;

    private static final Executor WORKERS = Thread.ofVirtual().name("http-", 0)::start;

    private final Settings settings;
    private final Server server;
    private final RouteTable routes;
    private final Cluster cluster;

    private HttpServer(Settings settings, Server server, RouteTable routes, Cluster cluster) {
        this.cluster = cluster;
        this.settings = settings;
        this.server = server;
        this.routes = routes;
    }

    private static RouteTable routes(
            Repos repos,
            InstantSource clock,
            Settings settings,
            RequestMeter meter,
            Additions additions,
            Cluster cluster) {
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
        routes.addAll(AroundRoutes.of(repos, meter, figures, () -> List.copyOf(routes)));
        routes.addAll(CareRoutes.of(repos));
        routes.addAll(additions.routes());
        return new RouteTable(routes.stream().map(route -> leased(route, repos)).toList());
    }

    /** What a change stores is named before its request ends: so long nothing of it is garbage. */
    private static Route leased(Route route, Repos repos) {
        if (route.scope() != Route.Scope.REPO || route.right() != Right.WRITE) {
            return route;
        }
        return route.with(
                exchange -> {
                    Lease lease = repos.lease();
                    try {
                        route.action().run(exchange);
                    } finally {
                        exchange.afterwards(lease::close);
                    }
                });
    }

    /**
     * Starts to serve.
     *
     * @param repos stay the caller's to close, after this
     * @throws BindException naming the address that is taken
     */
    public static HttpServer start(
            Repos repos, Settings settings, InstantSource clock, Additions additions)
            throws IOException {
        RequestMeter meter = new RequestMeter();
        Cluster cluster = new Cluster(repos, additions.cluster());
        RouteTable routes = routes(repos, clock, settings, meter, additions, cluster);
        Guard guard = new Guard(settings.tokens(), settings.listen().loopback());
        Server server = new Server(threads());
        server.setStopTimeout(STOP_MILLIS);
        server.setErrorHandler(new JettyProblems());
        server.setHandler(
                new GracefulHandler(
                        new Dispatcher(
                                routes,
                                guard,
                                meter,
                                settings.limits(),
                                settings.logRequests(),
                                new ReplicaGate(cluster),
                                WORKERS)));
        SlowHeads slow = new SlowHeads(server.getScheduler(), HEAD_MILLIS);
        server.addBean(slow);
        bind(server, settings, slow);
        server.addBean(new NetworkConnectionLimit(settings.limits().connections(), server));
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the HTTP server does not start: " + e.getMessage(), e);
        }
        HttpServer started = new HttpServer(settings, server, routes, cluster);
        cluster.begin(started.url());
        return started;
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(WORKERS);
        return threads;
    }

    public RouteTable routes() {
        return routes;
    }

    /** Opens every address; both loopbacks get the same port. */
    private static void bind(Server server, Settings settings, SlowHeads slow) throws IOException {
        int port = settings.listen().port();
        for (String address : settings.listen().addresses()) {
            ServerConnector connector = Connectors.of(server, settings);
            connector.setHost(address);
            connector.setPort(port);
            connector.addBean(slow, false);
            try {
                connector.open();
            } catch (BindException e) {
                if (address.equals("::1") && settings.listen().port() == 0) {
                    continue;
                }
                throw taken(address, port, e);
            } catch (SocketException e) {
                if (address.equals("::1")) {
                    LOG.debug("no IPv6 here", e);
                    continue;
                }
                throw e;
            } catch (IOException e) {
                if (e.getCause() instanceof BindException) {
                    throw taken(address, port, e);
                }
                throw e;
            }
            server.addConnector(connector);
            port = connector.getLocalPort();
        }
    }

    private static BindException taken(String address, int port, IOException e) {
        Throwable cause = e.getCause() instanceof BindException bind ? bind : e;
        BindException better =
                new BindException(
                        "cannot listen on "
                                + address
                                + ":"
                                + port
                                + ": "
                                + cause.getMessage()
                                + "; choose another with --listen HOST:PORT");
        better.initCause(e);
        return better;
    }

    public int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** What to type to reach it. */
    public String url() {
        String host = settings.listen().host();
        if (host.equals("0.0.0.0") || host.equals("::")) {
            host = "localhost";
        }
        String name = host.contains(":") ? "[" + host + "]" : host;
        return (settings.tls() == null ? "http://" : "https://") + name + ":" + port();
    }

    /** Takes no new requests, and waits a few seconds for those in flight. */
    @Override
    public void close() {
        try {
            cluster.close();
        } catch (IOException e) {
            LOG.warn("a connection to another server did not close: {}", e.getMessage());
        }
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the HTTP server stopped with requests in flight: {}", e.getMessage());
        }
    }
}
