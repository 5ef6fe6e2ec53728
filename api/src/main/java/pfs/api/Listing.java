package pfs.api;

import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code {"entries":[…],"next":…}} as it streams by. Stateless. */
public final class Listing {
    private Listing() {}

    /**
     * Gives each entry to the sink.
     *
     * @return what to pass as {@code after} for the next page; null at the end
     * @throws tools.jackson.core.JacksonException it is not such JSON, or it ends early
     */
    public static @Nullable String read(InputStream in, Consumer<ListedEntry> sink) {
        String next = null;
        try (JsonParser json = Json.FACTORY.createParser(in)) {
            json.nextToken();
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                if (name.equals("entries")) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        sink.accept(ListedEntry.read(json));
                    }
                } else if (name.equals("next") && value == JsonToken.VALUE_STRING) {
                    next = json.getString();
                } else {
                    json.skipChildren();
                }
            }
        }
        return next;
    }
}
