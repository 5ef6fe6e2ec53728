package pfs.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * A problem document (RFC 9457) for everything that goes wrong, and the one place where an error of
 * the store becomes a status.
 *
 * @param type the error's name, as in {@code urn:pfs:no-such-path}
 * @param subjectName what the subject is: path, ref, repo …
 * @param headers that go with the status, as Retry-After
 */
public record Problem(
        int status,
        String type,
        String title,
        String detail,
        String subjectName,
        @Nullable String subject,
        Map<String, String> headers) {
    public static final HttpField TYPE =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/problem+json");

    public static Problem of(PfsException error) {
        ErrorCode code = error.code();
        String name = code.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String title = code.name().charAt(0) + name.substring(1).replace('-', ' ');
        return new Problem(
                status(code.kind()),
                name,
                title,
                String.valueOf(error.getMessage()),
                subjectName(code),
                error.subject(),
                code.kind() == ErrorCode.Kind.UNAVAILABLE ? Map.of("Retry-After", "1") : Map.of());
    }

    public static Problem of(Refusal refusal) {
        String name = refusal.title().toLowerCase(Locale.ROOT).replace(' ', '-');
        return new Problem(
                refusal.status(),
                name,
                refusal.title(),
                String.valueOf(refusal.getMessage()),
                "",
                null,
                refusal.headers());
    }

    private static int status(ErrorCode.Kind kind) {
        return switch (kind) {
            case INVALID -> 400;
            case MISSING -> 404;
            case CONFLICT -> 409;
            case PRECONDITION -> 412;
            case LIMIT -> 413;
            case IMPOSSIBLE -> 422;
            case DAMAGED -> 500;
            case UNAVAILABLE -> 503;
            case PEER -> 502;
            case NO_SPACE -> 507;
        };
    }

    private static String subjectName(ErrorCode code) {
        return switch (code) {
            case NO_SUCH_PATH, EXISTS, NOT_A_DIRECTORY, IS_A_DIRECTORY, NOT_EMPTY -> "path";
            case NO_SUCH_REF, AMBIGUOUS_REF, NOT_FAST_FORWARD -> "ref";
            case NO_SUCH_REPO -> "repo";
            case NO_SUCH_JOB -> "job";
            case NO_SUCH_RUN -> "run";
            case INVALID_NAME -> "name";
            case INVALID_REQUEST,
                    MERGE_CONFLICT,
                    PRECONDITION_FAILED,
                    OVER_LIMIT,
                    NOTHING_TO_COMMIT,
                    IMPOSSIBLE,
                    KEY_REUSED,
                    DISK_FULL,
                    STOPPED,
                    BUSY,
                    ENGINE_UNAVAILABLE,
                    NOT_REPLICATED,
                    NOT_MASTER,
                    PEER_FAILED,
                    CORRUPT ->
                    "subject";
        };
    }

    /** Puts the status and the headers, and gives the body. */
    ByteBuffer write(HttpFields.Mutable into) {
        into.put(TYPE);
        into.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.forEach(
                (name, value) -> {
                    for (String one : value.split("\n")) {
                        into.add(name, one);
                    }
                });
        ByteBuffer body = ByteBuffer.wrap(body());
        into.put(HttpHeader.CONTENT_LENGTH, body.remaining());
        return body;
    }

    private byte[] body() {
        Map<String, String> members = subject == null ? Map.of() : Map.of(subjectName, subject);
        return new pfs.api.Problem("urn:pfs:" + type, title, status, detail, members)
                .toJson()
                .getBytes(StandardCharsets.UTF_8);
    }
}
