package pfs.client.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request.
 *
 * @param target path and query, percent-encoded, below the endpoint's base
 * @param repeatable doing it twice is as good as once, so a lost connection is no reason to give up
 */
public record Request(
        String method, String target, Map<String, String> headers, Body body, boolean repeatable) {
    public Request {
        headers = Map.copyOf(headers);
    }

    /** GET, HEAD, PUT and DELETE may be repeated; POST and PATCH are not. */
    public static Request of(String method, String target) {
        boolean repeatable = !method.equals("POST") && !method.equals("PATCH");
        return new Request(method, target, Map.of(), Body.NONE, repeatable);
    }

    public Request with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, target, more, body, repeatable);
    }

    public Request with(Body bytes) {
        return new Request(method, target, headers, bytes, repeatable && bytes.repeatable());
    }

    /**
     * The same with an Idempotency-Key, by which the server knows a repetition and tells its first
     * answer again: so it may be repeated. Only for routes that honour it.
     */
    public Request keyed(String key) {
        Request with = with("Idempotency-Key", key);
        return new Request(method, target, with.headers, body, body.repeatable());
    }

    /** The same, never sent twice. */
    public Request once() {
        return new Request(method, target, headers, body, false);
    }
}
