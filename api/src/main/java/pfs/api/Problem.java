package pfs.api;

import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * An error as it travels: RFC 9457 {@code application/problem+json}.
 *
 * @param type a URI that names the kind of error, such as {@code urn:pfs:no-such-path}
 * @param title the kind in words, the same each time
 * @param status the HTTP status
 * @param detail what happened, to what, and the limit: one line for a person
 * @param members more that names the thing ({@code path}, {@code ref}, {@code limit} …); of a list
 *     the strings, a line each
 */
public record Problem(
        String type, String title, int status, String detail, Map<String, String> members) {
    public Problem {
        members = Map.copyOf(members);
    }

    /** As JSON, with a newline at the end. */
    public String toJson() {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringProperty("type", type);
            json.writeStringProperty("title", title);
            json.writeNumberProperty("status", status);
            json.writeStringProperty("detail", detail);
            members.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
        return out.append('\n').toString();
    }

    /** Reads one; null if the text is not a JSON object. */
    public static @Nullable Problem parse(String text) {
        String type = "about:blank";
        String title = "";
        String detail = "";
        int status = 0;
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser json = Json.FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                if (value.isStructStart()) {
                    members.put(name, lines(json));
                    continue;
                }
                switch (name) {
                    case "type" -> type = json.getString();
                    case "title" -> title = json.getString();
                    case "status" -> status = json.getValueAsInt();
                    case "detail" -> detail = json.getString();
                    default -> members.put(name, json.getString());
                }
            }
        } catch (JacksonException e) {
            return null;
        }
        return new Problem(type, title, status, detail, members);
    }

    /** The strings of an array, a line each; of anything else nothing. */
    private static String lines(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return "";
        }
        StringJoiner lines = new StringJoiner("\n");
        for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
            if (t == JsonToken.VALUE_STRING) {
                lines.add(json.getString());
            } else {
                json.skipChildren();
            }
        }
        return lines.toString();
    }
}
