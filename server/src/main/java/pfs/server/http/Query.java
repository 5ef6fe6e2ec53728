package pfs.server.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decoded fields of a query string or a form, in order. Immutable. */
public final class Query {
    public static final Query EMPTY = new Query(List.of(), List.of());

    private final List<String> names;
    private final List<String> values;

    private Query(List<String> names, List<String> values) {
        this.names = names;
        this.values = values;
    }

    /** Parses {@code a=1&b=x+y&flag}; a name without a value has the value "". */
    public static Query parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return EMPTY;
        }
        List<String> names = new ArrayList<>(4);
        List<String> values = new ArrayList<>(4);
        int start = 0;
        while (start <= raw.length()) {
            int ampersand = raw.indexOf('&', start);
            int end = ampersand < 0 ? raw.length() : ampersand;
            if (end > start) {
                String field = raw.substring(start, end);
                int equals = field.indexOf('=');
                names.add(RawPath.decodeForm(equals < 0 ? field : field.substring(0, equals)));
                values.add(equals < 0 ? "" : RawPath.decodeForm(field.substring(equals + 1)));
            }
            start = end + 1;
        }
        return new Query(names, values);
    }

    /** These fields, then the other's. */
    public Query and(Query other) {
        List<String> bothNames = new ArrayList<>(names);
        List<String> bothValues = new ArrayList<>(values);
        bothNames.addAll(other.names);
        bothValues.addAll(other.values);
        return new Query(bothNames, bothValues);
    }

    /** The first value of that name; null if there is none. */
    public @Nullable String find(String name) {
        int at = names.indexOf(name);
        return at < 0 ? null : values.get(at);
    }

    public String get(String name, String otherwise) {
        String value = find(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    /** The value of a field that must be there, and not be empty. */
    public String require(String name) {
        String value = find(name);
        if (value == null || value.isEmpty()) {
            throw Refusal.invalid("the query needs " + name + "=…");
        }
        return value;
    }

    /** All values of that name, in order. */
    public List<String> all(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name)) {
                found.add(values.get(i));
            }
        }
        return found;
    }

    /** True for {@code ?name}, {@code ?name=true} or any value but false and 0. */
    public boolean flag(String name) {
        String value = find(name);
        return value != null && !value.equals("false") && !value.equals("0");
    }

    /** {@code ?limit=}: 1 to 100,000; {@code otherwise} when it is not given. */
    public int limit(int otherwise) {
        String value = find("limit");
        if (value == null) {
            return otherwise;
        }
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= 100_000) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw Refusal.invalid("limit is '" + value + "'; it is a number from 1 to 100000");
    }
}
