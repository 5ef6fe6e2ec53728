package pfs.server.view;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.repo.Once;
import pfs.server.http.Exchange;
import pfs.server.http.Refusal;

/**
 * The header {@code Idempotency-Key}: up to 255 printable characters of ASCII. What makes a request
 * another one are its method, path, query, form, and the headers that say what is to be written or
 * on what condition; the body's bytes are compared by the store.
 */
final class IdempotencyKey {
    private static final String NAME = "Idempotency-Key";
    private static final int LONGEST = 255;

    /** Headers that change what a write does; {@code Pfs-Meta-…} do as well. */
    private static final java.util.Set<String> TOLD =
            java.util.Set.of(
                    "content-type",
                    "content-encoding",
                    "if-match",
                    "if-none-match",
                    "if-unmodified-since",
                    "pfs-modified",
                    "pfs-executable");

    private IdempotencyKey() {}

    static boolean isIn(Exchange exchange) {
        return exchange.headers().contains(NAME);
    }

    /** What the request's header says; null if there is none. */
    static @Nullable Once of(Exchange exchange) {
        @Nullable String given = exchange.headers().get(NAME);
        if (given == null) {
            return null;
        }
        String key = given.strip();
        if (key.isEmpty()
                || key.length() > LONGEST
                || key.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw Refusal.invalid(NAME + " has 1 to " + LONGEST + " printable characters of ASCII");
        }
        MessageDigest who = ObjectId.sha256();
        add(who, exchange.caller());
        add(who, key);
        return new Once(ObjectId.decode(who.digest(), 0), request(exchange));
    }

    private static ObjectId request(Exchange exchange) {
        MessageDigest request = ObjectId.sha256();
        add(request, exchange.method());
        add(request, exchange.rawPath());
        String query = exchange.rawQuery();
        add(request, query == null ? "" : query);
        exchange.headers().stream()
                .map(field -> field.getLowerCaseName() + ":" + field.getValue())
                .filter(IdempotencyKey::tells)
                .sorted()
                .forEach(field -> add(request, field));
        return ObjectId.decode(request.digest(), 0);
    }

    private static boolean tells(String field) {
        return field.startsWith("pfs-meta-")
                || TOLD.contains(field.substring(0, field.indexOf(':')));
    }

    private static void add(MessageDigest digest, String part) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }
}
