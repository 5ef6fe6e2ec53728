package pfs.server.shared;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.RequestMeter;
import pfs.server.http.Right;
import pfs.server.http.Route;
import pfs.server.http.RouteTable;
import pfs.server.http.Writes;
import pfs.server.start.Serving;
import pfs.server.start.Settings;

/**
 * Who answers a request: this server's own store while it leads, the few routes of its own and the
 * leader while it follows. Thread-safe.
 */
final class Turn extends Handler.Wrapper {
    private final PassOn passOn;
    private volatile @Nullable Own own;
    private volatile @Nullable Leading leading;

    /** What is answered here whoever leads. */
    private record Own(RouteTable table, Handler handler) {}

    /**
     * @param believed whether the lease may still be believed in
     * @param whole answers everything
     * @param commits answers reads of commits only
     */
    private record Leading(BooleanSupplier believed, Handler whole, Handler commits) {}

    Turn(PassOn passOn) {
        super(passOn);
        this.passOn = passOn;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** From now on these routes are answered here, and all others passed on. */
    void follow(List<Route> routes, Settings settings) {
        RouteTable table = new RouteTable(routes);
        own = new Own(table, Serving.handler(table, Writes.HERE, settings, new RequestMeter()));
    }

    /** From now on all but the own routes are passed on. */
    void follow() {
        leading = null;
    }

    /**
     * From now on all is answered here.
     *
     * @param repos as this server has them open
     * @param believed asked at each request
     */
    void lead(Serving serving, Repos repos, BooleanSupplier believed) {
        RouteTable slow =
                new RouteTable(
                        serving.routes().routes().stream().map(Turn::withoutShortcut).toList());
        leading =
                new Leading(
                        believed,
                        serving.handler(),
                        serving.handler(
                                slow,
                                (exchange, route) -> refuseAllButCommits(repos, exchange, route)));
    }

    /** A shortcut answers before anybody has looked whether it may. */
    private static Route withoutShortcut(Route route) {
        return new Route(
                route.method(),
                route.path(),
                route.scope(),
                route.right(),
                route.summary(),
                route.parameters(),
                route.action(),
                null);
    }

    /**
     * What never changes can be read by whoever led, if it knows where it lies. A commit that it
     * does not know may be one that the next leader has made: that it is not there is no answer.
     */
    private static boolean refuseAllButCommits(Repos repos, Exchange exchange, Route route) {
        String commit = exchange.query().get("commit", "");
        boolean reads =
                route.scope() == Route.Scope.REPO
                        && route.right() == Right.READ
                        && commit.matches("[0-9a-f]{64}");
        if (!reads && route.scope() == Route.Scope.REPO) {
            throw new PfsException(
                    ErrorCode.BUSY,
                    "this server led the cluster and does not hear from the metadata store, or the"
                            + " object store: only commits can be read, by their whole id, until a"
                            + " server leads");
        }
        if (reads && !knows(repos, exchange.repo(), commit)) {
            throw new PfsException(
                    ErrorCode.BUSY,
                    "this server led the cluster and does not know the commit "
                            + commit
                            + ": whether it is there, only a server that leads can tell");
        }
        return false;
    }

    private static boolean knows(Repos repos, String repo, String commit) {
        try {
            return repos.find(repo).map(found -> found.resolve(commit, "master")).isPresent();
        } catch (PfsException e) {
            return false;
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Leading now = leading;
        if (now != null) {
            Handler handler = now.believed.getAsBoolean() ? now.whole : now.commits;
            return handler.handle(request, response, callback);
        }
        Own here = own;
        String path = request.getHttpURI().getPath();
        if (here != null
                && path != null
                && here.table.routes().stream().anyMatch(r -> r.path().equals(path))) {
            return here.handler.handle(request, response, callback);
        }
        return passOn.handle(request, response, callback);
    }
}
