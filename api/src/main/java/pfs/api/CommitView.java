package pfs.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * A commit as it travels.
 *
 * @param number its place on its branch's line; the first is 1
 */
public record CommitView(
        String id,
        long number,
        List<String> parents,
        Instant time,
        String author,
        String message,
        Map<String, String> metadata) {
    public CommitView {
        parents = List.copyOf(parents);
        metadata = Map.copyOf(metadata);
    }

    /** {@code ID TIME AUTHOR MESSAGE}, two spaces between, the message's first line. */
    public String line() {
        return id + "  " + time + "  " + author + "  " + message.lines().findFirst().orElse("");
    }

    public void writeTo(JsonGenerator json) {
        json.writeStartObject();
        json.writeStringProperty("id", id);
        json.writeNumberProperty("number", number);
        json.writeArrayPropertyStart("parents");
        parents.forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("time", time.toString());
        json.writeStringProperty("author", author);
        json.writeStringProperty("message", message);
        if (!metadata.isEmpty()) {
            json.writeObjectPropertyStart("metadata");
            metadata.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
