package pfs.server.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the route table: a method on a path, what it asks of its caller, and what it does.
 *
 * @param path as OpenAPI writes it: {@code /commits/{ref...}}; the dots mark a last part that may
 *     hold slashes
 * @param scope whether the route also exists below {@code /repos/{repo}}
 * @param parameters names of the query's fields, for the documentation
 * @param shortcut answers some of its requests without waiting for anything; null if there is none
 */
public record Route(
        String method,
        String path,
        Scope scope,
        Right right,
        String summary,
        List<String> parameters,
        Action action,
        @Nullable Shortcut shortcut) {
    /** What a route is about: one repo (so that it exists twice) or the server. */
    public enum Scope {
        REPO,
        SERVER
    }

    public Route {
        parameters = List.copyOf(parameters);
    }

    /** The same route with a shortcut. */
    public Route answeredBy(Shortcut quick) {
        return new Route(method, path, scope, right, summary, parameters, action, quick);
    }

    /** A route of every repo. */
    public static Route of(
            String method,
            String path,
            Right right,
            String summary,
            List<String> parameters,
            Action action) {
        return new Route(method, path, Scope.REPO, right, summary, parameters, action, null);
    }

    /** The same, doing something else. */
    public Route with(Action other) {
        return new Route(method, path, scope, right, summary, parameters, other, shortcut);
    }

    /** The path's first segment, {@code commits}; "" for the root. */
    String noun() {
        int end = path.indexOf('/', 1);
        return end < 0 ? path.substring(1) : path.substring(1, end);
    }

    /** The segments after the noun, compiled: literals as they are, variables by name. */
    List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        int end = path.indexOf('/', 1);
        if (end < 0) {
            return segments;
        }
        for (String part : path.substring(end + 1).split("/", -1)) {
            if (!part.startsWith("{")) {
                segments.add(new Segment(part, null, false));
            } else {
                boolean rest = part.endsWith("...}");
                segments.add(
                        new Segment("", part.substring(1, part.length() - (rest ? 4 : 1)), rest));
            }
        }
        return segments;
    }

    /** One part of a pattern: a literal, or a variable, which as the rest may hold slashes. */
    record Segment(String literal, @Nullable String variable, boolean rest) {}
}
