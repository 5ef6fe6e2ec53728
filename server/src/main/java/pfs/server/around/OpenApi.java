package pfs.server.around;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import pfs.api.Version;
import pfs.server.http.Route;
import tools.jackson.core.JsonGenerator;

/** The description of the routes as OpenAPI 3.1 has it, made from the route table itself. */
public final class OpenApi {
    private OpenApi() {}

    public static void write(JsonGenerator json, List<Route> routes) {
        json.writeStartObject();
        json.writeStringProperty("openapi", "3.1.0");
        json.writeObjectPropertyStart("info");
        json.writeStringProperty("title", "pfs");
        json.writeStringProperty("version", Version.current());
        json.writeStringProperty(
                "description",
                "git for data: a versioned file system. Paths and refs may hold slashes.");
        json.writeEndObject();
        json.writeObjectPropertyStart("paths");
        paths(routes)
                .forEach(
                        (path, methods) -> {
                            json.writeObjectPropertyStart(path);
                            methods.forEach((name, route) -> operation(json, path, name, route));
                            json.writeEndObject();
                        });
        json.writeEndObject();
        json.writeEndObject();
    }

    /** Every path, those of a repo twice, and its routes by method in lower case. */
    public static Map<String, Map<String, Route>> paths(List<Route> routes) {
        Map<String, Map<String, Route>> paths = new TreeMap<>();
        for (Route route : routes) {
            String path = route.path().replace("...}", "}");
            add(paths, path, route);
            if (route.scope() == Route.Scope.REPO) {
                add(paths, "/repos/{repo}" + path, route);
            }
        }
        return paths;
    }

    private static void add(Map<String, Map<String, Route>> paths, String path, Route route) {
        paths.computeIfAbsent(path, _ -> new LinkedHashMap<>())
                .put(route.method().toLowerCase(Locale.ROOT), route);
    }

    private static void operation(JsonGenerator json, String path, String method, Route route) {
        json.writeObjectPropertyStart(method);
        json.writeStringProperty("summary", route.summary());
        json.writeStringProperty("operationId", operationId(path, method));
        json.writeArrayPropertyStart("parameters");
        int start = path.indexOf('{');
        while (start >= 0) {
            int end = path.indexOf('}', start);
            parameter(json, path.substring(start + 1, end), "path", "string");
            start = path.indexOf('{', end);
        }
        for (String name : route.parameters()) {
            parameter(json, name, "query", type(name));
        }
        json.writeEndArray();
        json.writeObjectPropertyStart("responses");
        response(json, "2XX", "done");
        json.writeObjectPropertyStart("default");
        json.writeStringProperty("description", "refused, with a problem document (RFC 9457)");
        json.writeObjectPropertyStart("content");
        json.writeObjectPropertyStart("application/problem+json");
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String operationId(String path, String method) {
        return method + path.replaceAll("[^A-Za-z]+", "_").replaceAll("_$", "");
    }

    private static String type(String parameter) {
        return switch (parameter) {
            case "limit" -> "integer";
            case "recursive", "append", "run", "wait", "follow" -> "boolean";
            default -> "string";
        };
    }

    private static void response(JsonGenerator json, String status, String description) {
        json.writeObjectPropertyStart(status);
        json.writeStringProperty("description", description);
        json.writeEndObject();
    }

    private static void parameter(JsonGenerator json, String name, String in, String type) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeStringProperty("in", in);
        json.writeBooleanProperty("required", in.equals("path"));
        json.writeObjectPropertyStart("schema");
        json.writeStringProperty("type", type);
        json.writeEndObject();
        json.writeEndObject();
    }
}
