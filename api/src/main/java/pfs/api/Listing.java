package pfs.api;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code {"entries":[…],"next":…}} entry by entry, as it streams by. Throws JacksonException
 * for anything else, and when it ends early. Not thread-safe.
 */
public final class Listing implements AutoCloseable {
    private final JsonParser json;
    private boolean inEntries;
    private @Nullable String next;

    /** Closing the listing closes the stream. */
    public Listing(InputStream in) {
        this.json = Json.FACTORY.createParser(in);
        json.nextToken();
    }

    /** All entries of a listing known to be short. */
    public static List<ListedEntry> readAll(InputStream in) {
        try (Listing listing = new Listing(in)) {
            List<ListedEntry> all = new ArrayList<>();
            for (ListedEntry e = listing.read(); e != null; e = listing.read()) {
                all.add(e);
            }
            return all;
        }
    }

    /** The next entry; null after the last, when the whole answer has been read. */
    public @Nullable ListedEntry read() {
        if (inEntries) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                return ListedEntry.read(json);
            }
            inEntries = false;
        }
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            if (name.equals("entries")) {
                inEntries = true;
                return read();
            }
            if (name.equals("next") && value == JsonToken.VALUE_STRING) {
                next = json.getString();
            } else {
                json.skipChildren();
            }
        }
        return null;
    }

    /**
     * What to pass as {@code after} for the next page; null at the end. Known after the last entry.
     */
    public @Nullable String next() {
        return next;
    }

    @Override
    public void close() {
        json.close();
    }
}
