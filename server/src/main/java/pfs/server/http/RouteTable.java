package pfs.server.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All routes, found by the raw path: its first segment picks a few patterns, which are matched
 * before anything is decoded. Immutable, thread-safe.
 */
public final class RouteTable {
    private final List<Route> routes;
    private final Map<String, List<Pattern>> nouns = new HashMap<>();

    public RouteTable(List<Route> routes) {
        this.routes = List.copyOf(routes);
        for (Route route : this.routes) {
            List<Pattern> patterns = nouns.computeIfAbsent(route.noun(), _ -> new ArrayList<>());
            Pattern pattern =
                    patterns.stream()
                            .filter(p -> p.path.equals(route.path()))
                            .findFirst()
                            .orElse(null);
            if (pattern == null) {
                pattern = new Pattern(route.path(), route.segments(), route.scope());
                patterns.add(pattern);
            }
            pattern.methods.put(route.method(), route);
        }
    }

    public List<Route> routes() {
        return routes;
    }

    /**
     * What stands at a raw path.
     *
     * @return null if nothing does
     */
    @Nullable Match match(String raw) {
        if (raw.startsWith("/repos/")) {
            int end = raw.indexOf('/', 7);
            if (end > 7 && end + 1 < raw.length()) {
                Match match = match(raw, end, Route.Scope.REPO);
                return match == null ? null : match.inRepo(RawPath.decode(raw.substring(7, end)));
            }
        }
        return match(raw, 0, null);
    }

    /**
     * @param scope the only scope to look at; null for any
     */
    private @Nullable Match match(String raw, int start, Route.@Nullable Scope scope) {
        if (start >= raw.length() || raw.charAt(start) != '/') {
            return null;
        }
        int slash = raw.indexOf('/', start + 1);
        int end = slash < 0 ? raw.length() : slash;
        List<Pattern> patterns = nouns.get(raw.substring(start + 1, end));
        if (patterns == null) {
            return null;
        }
        for (Pattern pattern : patterns) {
            if (scope == null || pattern.scope == scope) {
                String[] values = pattern.match(raw, end);
                if (values != null) {
                    return new Match(pattern, values, null);
                }
            }
        }
        return null;
    }

    /** A pattern that matched, the raw values of its variables, and the repo named in the path. */
    record Match(Pattern pattern, String[] values, @Nullable String repo) {
        Match inRepo(String name) {
            return new Match(pattern, values, name);
        }

        /** The route for a method; HEAD is answered by GET's. */
        @Nullable Route route(String method) {
            Route route = pattern.methods.get(method);
            return route == null && method.equals("HEAD") ? pattern.methods.get("GET") : route;
        }

        String allowed() {
            Set<String> allowed = new LinkedHashSet<>(pattern.methods.keySet());
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            allowed.add("OPTIONS");
            return String.join(", ", allowed);
        }

        /** A variable's decoded value. */
        String value(String variable) {
            for (int i = 0; i < pattern.variables.length; i++) {
                if (pattern.variables[i].equals(variable)) {
                    return RawPath.decode(values[i]);
                }
            }
            throw new IllegalArgumentException(pattern.path + " has no " + variable);
        }
    }

    /** A path with variables, and a route for each method on it. */
    static final class Pattern {
        private final String path;
        private final List<Route.Segment> segments;
        private final String[] variables;
        private final Route.Scope scope;
        private final Map<String, Route> methods = new LinkedHashMap<>();

        Pattern(String path, List<Route.Segment> segments, Route.Scope scope) {
            this.path = path;
            this.segments = segments;
            this.scope = scope;
            this.variables =
                    segments.stream()
                            .filter(s -> s.variable() != null)
                            .map(s -> String.valueOf(s.variable()))
                            .toArray(String[]::new);
        }

        /**
         * The variables' raw values; null if the path from {@code at} on (its end, or a slash) is
         * another. A slash at the end of a path without a rest does not matter.
         */
        private String @Nullable [] match(String raw, int at) {
            String[] values = new String[variables.length];
            int filled = 0;
            int position = at;
            for (Route.Segment segment : segments) {
                if (position >= raw.length()) {
                    return null;
                }
                int start = position + 1;
                int slash = raw.indexOf('/', start);
                int end = slash < 0 || segment.rest() ? raw.length() : slash;
                if (segment.variable() == null) {
                    int length = segment.literal().length();
                    if (end - start != length || !raw.startsWith(segment.literal(), start)) {
                        return null;
                    }
                } else {
                    if (start == end && !segment.rest()) {
                        return null;
                    }
                    values[filled++] = raw.substring(start, end);
                }
                position = end;
            }
            boolean all = position == raw.length() || position == raw.length() - 1;
            return all ? values : null;
        }
    }
}
