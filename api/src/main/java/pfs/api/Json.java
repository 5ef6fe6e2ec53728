package pfs.api;

import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** The streaming JSON reader and writer of both sides: nothing here needs reflection. */
public final class Json {
    /** Thread-safe. */
    public static final TokenStreamFactory FACTORY = new JsonFactory();

    private Json() {}
}
