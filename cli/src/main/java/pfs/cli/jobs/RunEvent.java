package pfs.cli.jobs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import pfs.api.Json;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** A run as the server tells it: its fields by their dotted names. Immutable. */
final class RunEvent {
    private final Map<String, String> fields;

    private RunEvent(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Reads the JSON of one event. */
    static RunEvent parse(String json) {
        Map<String, String> fields = new HashMap<>();
        Deque<String> names = new ArrayDeque<>();
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), json)) {
            for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
                switch (t) {
                    case PROPERTY_NAME -> names.addLast(parser.currentName());
                    case START_ARRAY -> parser.skipChildren();
                    case START_OBJECT -> {
                        continue;
                    }
                    default -> fields.put(String.join(".", names), parser.getString());
                }
                if (t != JsonToken.PROPERTY_NAME) {
                    names.pollLast();
                }
            }
        }
        return new RunEvent(fields);
    }

    String text(String name) {
        return fields.getOrDefault(name, "");
    }

    long number(String name) {
        String text = text(name);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    boolean ended() {
        return switch (text("state")) {
            case "succeeded", "failed", "cancelled" -> true;
            default -> false;
        };
    }
}
