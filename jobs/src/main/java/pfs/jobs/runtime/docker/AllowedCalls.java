package pfs.jobs.runtime.docker;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The calls of an engine's interface that {@link DockerRuntime} makes, and no others. A container
 * is created as {@link ContainerOrder} has it, confined, or not at all; one that is there is
 * touched only if it bears a pfs server's label.
 */
final class AllowedCalls {
    private static final Pattern OF_CONTAINER =
            Pattern.compile("/containers/([A-Za-z0-9][A-Za-z0-9_.-]{0,127})(/start|/json|/logs|)");
    private static final Pattern OF_IMAGE =
            Pattern.compile(
                    "/images/(?!.*\\.\\.)[A-Za-z0-9](?:[A-Za-z0-9._/:@-]|%2F|%3A|%40)*/json");
    private static final Pattern DIAL =
            Pattern.compile("/pfs/dial/([A-Za-z0-9][A-Za-z0-9_.-]{0,127})");
    private static final Pattern NAME = Pattern.compile("pfs-[0-9a-f]{12}-[0-9a-f]+-[0-9]+");
    private static final ObjectMapper JSON = new ObjectMapper();

    private AllowedCalls() {}

    /** What is done with a call. */
    sealed interface Verdict {}

    /** It goes to the engine, with this body. */
    record Pass(EngineCall call) implements Verdict {}

    /**
     * It goes to the engine if the container is a pfs server's.
     *
     * @param rest of the path behind the container's id
     */
    record OfContainer(String container, String rest, EngineCall call) implements Verdict {}

    /** A connection to the port of a container, if it is a pfs server's. */
    record Dial(String container) implements Verdict {}

    /** It is asked whether this is a proxy that dials. */
    record Greet() implements Verdict {}

    /** It does not go to the engine. */
    record Refuse(String reason) implements Verdict {}

    static Verdict of(EngineCall call) {
        String what = call.method() + " " + call.path();
        Matcher dial = DIAL.matcher(call.path());
        if (call.method().equals("POST") && dial.matches()) {
            return new Dial(dial.group(1));
        }
        Matcher container = OF_CONTAINER.matcher(call.path());
        return switch (what) {
            case "GET /_ping", "GET /version" -> pass(call, Set.of());
            case "GET /pfs/dial" -> new Greet();
            case "POST /images/create" -> pass(call, Set.of("fromImage", "tag"));
            case "GET /containers/json" -> list(call);
            case "POST /containers/create" -> create(call);
            default -> {
                if (call.method().equals("GET") && OF_IMAGE.matcher(call.path()).matches()) {
                    yield pass(call, Set.of());
                }
                yield container.matches()
                        ? ofContainer(call, container.group(1), container.group(2))
                        : new Refuse("pfs never calls " + what);
            }
        };
    }

    private static Verdict pass(EngineCall call, Set<String> fields) {
        for (String field : call.query().keySet()) {
            if (!fields.contains(field)) {
                return new Refuse("the field " + field + " of " + call.path() + " is not allowed");
            }
        }
        return call.body().length == 0
                ? new Pass(call)
                : new Refuse(call.path() + " has no body when pfs calls it");
    }

    private static Verdict ofContainer(EngineCall call, String container, String rest) {
        Set<String> fields =
                switch (call.method() + " " + rest) {
                    case "POST /start", "GET /json" -> Set.of();
                    case "GET /logs" ->
                            Set.of("follow", "stdout", "stderr", "timestamps", "since", "tail");
                    case "DELETE " -> Set.of("force", "v");
                    default -> null;
                };
        if (fields == null) {
            return new Refuse("pfs never calls " + call.method() + " " + call.path());
        }
        // Start once took a HostConfig; what it gets now is nothing.
        Verdict verdict = pass(rest.equals("/start") ? call.withBody(new byte[0]) : call, fields);
        return verdict instanceof Pass passed
                ? new OfContainer(container, rest, passed.call())
                : verdict;
    }

    /** Only those of a pfs server are listed. */
    private static Verdict list(EngineCall call) {
        JsonNode filters = parse(call.query().getOrDefault("filters", ""));
        JsonNode labels = filters == null || filters.size() != 1 ? null : filters.get("label");
        if (labels == null || !labels.isArray() || labels.isEmpty()) {
            return new Refuse("containers are listed by the label of a pfs server only");
        }
        for (JsonNode label : labels) {
            if (!label.asString().startsWith(DockerRuntime.LABEL_SERVER + "=")) {
                return new Refuse("the label " + label + " is not a pfs server's");
            }
        }
        return pass(call, Set.of("all", "filters"));
    }

    private static Verdict create(EngineCall call) {
        String name = call.query().getOrDefault("name", "");
        if (call.query().size() != 1 || !NAME.matcher(name).matches()) {
            return new Refuse("the name '" + name + "' is not one that pfs gives");
        }
        JsonNode order = parse(new String(call.body(), java.nio.charset.StandardCharsets.UTF_8));
        if (order == null) {
            return new Refuse("the order is no JSON");
        }
        String obstacle = AllowedOrder.obstacle(order);
        return obstacle == null
                ? new Pass(call.withBody(JSON.writeValueAsBytes(AllowedOrder.bare(order))))
                : new Refuse(obstacle);
    }

    private static @Nullable JsonNode parse(String text) {
        try {
            JsonNode tree = JSON.readTree(text);
            return tree.isObject() ? tree : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** True if what the engine says of a container has the label of a pfs server. */
    static boolean own(Map<String, String> labels, String name) {
        return labels.containsKey(DockerRuntime.LABEL_SERVER)
                && List.of(name.split("/")).getLast().startsWith("pfs-");
    }
}
