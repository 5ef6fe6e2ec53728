package pfs.client;

import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;

/** A query string; names without a value that is there are left out. Immutable. */
public record Query(String text) {
    public static final Query NONE = new Query("");

    /** Adds {@code name=value}; nothing when the value is null. */
    public Query and(String name, @Nullable String value) {
        return value == null ? this : add(name + "=" + PathEncoding.encodeQuery(value));
    }

    /** Adds a name that stands alone, if it is wanted. */
    public Query flag(String name, boolean wanted) {
        return wanted ? add(name) : this;
    }

    private Query add(String part) {
        return new Query(text + (text.isEmpty() ? "?" : "&") + part);
    }

    @Override
    public String toString() {
        return text;
    }
}
