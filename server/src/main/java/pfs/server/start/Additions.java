package pfs.server.start;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import pfs.server.history.CommitRoutes;
import pfs.server.http.Route;

/**
 * What other modules, as jobs, add to the server.
 *
 * @param routes beside the server's own
 * @param afterCommit what {@code POST /commit?run} sets off
 * @param figures more for {@code /metrics}
 */
public record Additions(
        List<Route> routes, CommitRoutes.AfterCommit afterCommit, List<MeterBinder> figures) {
    public static final Additions NONE = new Additions(List.of(), (_, _, _) -> {}, List.of());

    public Additions {
        routes = List.copyOf(routes);
        figures = List.copyOf(figures);
    }
}
