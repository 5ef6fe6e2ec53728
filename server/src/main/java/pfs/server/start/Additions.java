package pfs.server.start;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import pfs.server.history.CommitRoutes;
import pfs.server.http.Route;
import pfs.server.sync.Cluster;

/**
 * What other modules, as jobs, add to the server.
 *
 * @param routes beside the server's own
 * @param afterCommit what {@code POST /commit?run} sets off
 * @param figures more for {@code /metrics}
 * @param cluster who else holds the same
 */
public record Additions(
        List<Route> routes,
        CommitRoutes.AfterCommit afterCommit,
        List<MeterBinder> figures,
        Cluster.Plan cluster) {
    public static final Additions NONE =
            new Additions(List.of(), (_, _, _) -> {}, List.of(), Cluster.Plan.NONE);

    public Additions {
        routes = List.copyOf(routes);
        figures = List.copyOf(figures);
    }
}
