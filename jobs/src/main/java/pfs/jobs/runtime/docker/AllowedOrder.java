package pfs.jobs.runtime.docker;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Holds the order of a container against what {@link ContainerOrder} writes: no field beside those,
 * and none that confines less. What is new in an engine's interface is refused until it is known
 * here.
 */
final class AllowedOrder {
    private static final Pattern IMAGE = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern TMPFS =
            Pattern.compile("rw,nosuid,nodev,mode=1777,size=[0-9]{1,13}");
    private static final long PIDS = 512;
    private static final long OPEN_FILES = 4_096;

    private AllowedOrder() {}

    /** Why a container is not made; null if it may be. */
    static @Nullable String obstacle(JsonNode order) {
        for (Map.Entry<String, JsonNode> field : order.properties()) {
            if (!allowed(field.getKey(), field.getValue())) {
                return told(field.getKey(), field.getValue());
            }
        }
        JsonNode host = order.get("HostConfig");
        if (!order.hasNonNull("Image") || !order.has("Labels") || host == null) {
            return "an order without Image, Labels or HostConfig is not confined";
        }
        for (Map.Entry<String, JsonNode> field : host.properties()) {
            if (!confining(field.getKey(), field.getValue(), host)) {
                return told("HostConfig." + field.getKey(), field.getValue());
            }
        }
        for (String needed :
                Set.of(
                        "NetworkMode",
                        "CapDrop",
                        "SecurityOpt",
                        "ReadonlyRootfs",
                        "Memory",
                        "MemorySwap",
                        "NanoCpus",
                        "PidsLimit")) {
            if (!host.hasNonNull(needed)) {
                return "HostConfig." + needed + " is missing, so the container is not confined";
            }
        }
        return null;
    }

    private static String told(String field, JsonNode value) {
        String text = value.toString();
        return "the field "
                + field
                + " is "
                + text.substring(0, Math.min(100, text.length()))
                + ", which pfs never asks for";
    }

    private static boolean allowed(String name, JsonNode value) {
        return switch (name) {
            case "Image" -> value.isString() && IMAGE.matcher(value.asString()).matches();
            case "Cmd", "Env" -> value.isNull() || strings(value);
            case "Labels" ->
                    value.has(DockerRuntime.LABEL_SERVER)
                            && value.propertyNames().stream()
                                    .allMatch(
                                            label ->
                                                    label.equals(DockerRuntime.LABEL_SERVER)
                                                            || label.equals(
                                                                    DockerRuntime.LABEL_SESSION));
            case "HostConfig" -> value.isObject();
            default -> none(value);
        };
    }

    /** What says nothing; see {@link #bare}. */
    private static boolean none(JsonNode value) {
        return value.isNull() || value.isObject() && value.isEmpty();
    }

    /**
     * The order without what says nothing. An engine takes {@code "hostconfig": null} for no
     * HostConfig at all, so it must not see it.
     */
    static ObjectNode bare(JsonNode order) {
        ObjectNode bare = order.deepCopy().asObject();
        bare.properties().stream()
                .filter(field -> none(field.getValue()))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(bare::remove);
        ObjectNode host = bare.get("HostConfig").asObject();
        host.properties().stream()
                .filter(field -> field.getValue().isNull())
                .map(Map.Entry::getKey)
                .toList()
                .forEach(host::remove);
        return bare;
    }

    private static boolean strings(JsonNode value) {
        if (!value.isArray()) {
            return false;
        }
        for (JsonNode one : value) {
            if (!one.isString()) {
                return false;
            }
        }
        return true;
    }

    private static boolean confining(String name, JsonNode value, JsonNode host) {
        return switch (name) {
            case "NetworkMode" -> Set.of("none", "bridge").contains(value.asString(""));
            case "CapDrop" -> value.size() == 1 && value.get(0).asString("").equals("ALL");
            case "SecurityOpt" ->
                    value.size() == 1 && value.get(0).asString("").equals("no-new-privileges");
            case "ReadonlyRootfs" -> value.isBoolean() && value.asBoolean();
            case "Tmpfs" ->
                    value.isObject()
                            && value.size() == 1
                            && TMPFS.matcher(value.path("/tmp").asString("")).matches();
            case "Memory", "NanoCpus" -> value.isIntegralNumber() && value.asLong() > 0;
            case "MemorySwap" -> value.isIntegralNumber() && value.equals(host.get("Memory"));
            case "PidsLimit" -> within(value, PIDS);
            case "Ulimits" -> limits(value);
            case "LogConfig" -> log(value);
            default -> value.isNull();
        };
    }

    private static boolean within(JsonNode value, long most) {
        return value.isIntegralNumber() && value.asLong() > 0 && value.asLong() <= most;
    }

    private static boolean limits(JsonNode value) {
        for (JsonNode limit : value) {
            boolean known = Set.of("nofile", "nproc").contains(limit.path("Name").asString(""));
            if (!known
                    || !within(limit.path("Soft"), OPEN_FILES)
                    || !within(limit.path("Hard"), OPEN_FILES)
                    || limit.size() != 3) {
                return false;
            }
        }
        return value.isArray();
    }

    private static boolean log(JsonNode value) {
        JsonNode settings = value.path("Config");
        return value.size() == 2
                && value.path("Type").asString("").equals("json-file")
                && settings.isObject()
                && settings.propertyNames().stream()
                        .allMatch(Set.of("max-size", "max-file")::contains);
    }
}
