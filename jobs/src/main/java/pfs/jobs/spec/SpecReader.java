package pfs.jobs.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import tools.jackson.databind.JsonNode;

/** The typed fields of one JSON object; every complaint names the field. Not thread-safe. */
final class SpecReader {
    private final JsonNode object;
    private final String prefix;

    SpecReader(JsonNode object, String prefix, List<String> known) {
        this.object = object;
        this.prefix = prefix;
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw refusal(
                        prefix + name,
                        "is not a field of a job; known are " + String.join(", ", known));
            }
        }
    }

    static PfsException refusal(String field, String complaint) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST, "field '" + field + "' " + complaint, field);
    }

    /** Null when the field is absent or null. */
    @Nullable JsonNode node(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    @Nullable String text(String name) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        if (!node.isString() || node.stringValue().isEmpty()) {
            throw refusal(prefix + name, "must be a text that is not empty, not " + shown(node));
        }
        return node.stringValue();
    }

    int integer(String name, int fallback, int least, int most) {
        JsonNode node = node(name);
        if (node == null) {
            return fallback;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw refusal(prefix + name, "must be a whole number, not " + shown(node));
        }
        int value = node.intValue();
        if (value < least || value > most) {
            throw refusal(
                    prefix + name, "must be from " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    double number(String name, double fallback, double least, double most) {
        JsonNode node = node(name);
        if (node == null) {
            return fallback;
        }
        if (!node.isNumber()) {
            throw refusal(prefix + name, "must be a number, not " + shown(node));
        }
        double value = node.doubleValue();
        if (!(value >= least && value <= most)) {
            throw refusal(
                    prefix + name, "must be from " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    boolean flag(String name, boolean fallback) {
        JsonNode node = node(name);
        if (node == null) {
            return fallback;
        }
        if (!node.isBoolean()) {
            throw refusal(prefix + name, "must be true or false, not " + shown(node));
        }
        return node.booleanValue();
    }

    <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        List<String> names =
                Arrays.stream(type.getEnumConstants())
                        .map(e -> e.name().toLowerCase(Locale.ROOT))
                        .toList();
        int at = names.indexOf(text);
        if (at < 0) {
            throw refusal(
                    prefix + name,
                    "must be " + String.join(" or ", names) + ", not '" + text + "'");
        }
        return type.getEnumConstants()[at];
    }

    List<String> texts(String name) {
        JsonNode node = node(name);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            throw refusal(prefix + name, "must be a list of texts, not " + shown(node));
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : node) {
            if (!element.isString() || element.stringValue().indexOf(0) >= 0) {
                throw refusal(
                        prefix + name + "[" + texts.size() + "]",
                        "must be a text, not " + shown(element));
            }
            texts.add(element.stringValue());
        }
        if (texts.isEmpty()) {
            throw refusal(prefix + name, "must not be an empty list");
        }
        return texts;
    }

    SortedMap<String, String> map(String name) {
        SortedMap<String, String> map = new TreeMap<>();
        JsonNode node = node(name);
        if (node == null) {
            return map;
        }
        if (!node.isObject()) {
            throw refusal(prefix + name, "must be an object of texts, not " + shown(node));
        }
        for (var field : node.properties()) {
            String at = prefix + name + "." + field.getKey();
            if (!field.getValue().isString() || field.getValue().stringValue().indexOf(0) >= 0) {
                throw refusal(at, "must be a text, not " + shown(field.getValue()));
            }
            if (field.getKey().isEmpty() || field.getKey().indexOf('=') >= 0) {
                throw refusal(at, "is not a name of an environment variable");
            }
            map.put(field.getKey(), field.getValue().stringValue());
        }
        return map;
    }

    /** The field as an object of its own, or null. */
    @Nullable SpecReader object(String name, List<String> known) {
        JsonNode node = node(name);
        if (node == null) {
            return null;
        }
        if (!node.isObject()) {
            throw refusal(prefix + name, "must be an object, not " + shown(node));
        }
        return new SpecReader(node, prefix + name + ".", known);
    }

    static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
