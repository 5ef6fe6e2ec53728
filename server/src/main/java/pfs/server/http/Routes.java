package pfs.server.http;

import java.util.ArrayList;
import java.util.List;

/** Collects routes, a line or two each. Not thread-safe. */
public final class Routes {
    private final Route.Scope scope;
    private final List<Route> routes = new ArrayList<>();

    private Routes(Route.Scope scope) {
        this.scope = scope;
    }

    /** Routes that exist for every repo. */
    public static Routes ofRepos() {
        return new Routes(Route.Scope.REPO);
    }

    /** Routes of the server itself. */
    public static Routes ofServer() {
        return new Routes(Route.Scope.SERVER);
    }

    public Routes get(
            String path, Right right, Action action, String summary, String... parameters) {
        return add("GET", path, right, action, summary, parameters);
    }

    public Routes post(
            String path, Right right, Action action, String summary, String... parameters) {
        return add("POST", path, right, action, summary, parameters);
    }

    public Routes put(
            String path, Right right, Action action, String summary, String... parameters) {
        return add("PUT", path, right, action, summary, parameters);
    }

    public Routes delete(
            String path, Right right, Action action, String summary, String... parameters) {
        return add("DELETE", path, right, action, summary, parameters);
    }

    /** Gives the route that was added last a shortcut. */
    public Routes answeredBy(Shortcut shortcut) {
        routes.set(routes.size() - 1, routes.getLast().answeredBy(shortcut));
        return this;
    }

    private Routes add(
            String method,
            String path,
            Right right,
            Action action,
            String summary,
            String... parameters) {
        routes.add(
                new Route(method, path, scope, right, summary, List.of(parameters), action, null));
        return this;
    }

    public List<Route> list() {
        return List.copyOf(routes);
    }
}
