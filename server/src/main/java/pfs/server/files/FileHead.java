package pfs.server.files;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.server.http.HttpDates;
import pfs.server.http.Refusal;
import pfs.tree.FileEntry;

/**
 * What a write's headers say of its file: Content-Type, {@code Pfs-Meta-*}, and, for tools that
 * copy files, {@code Pfs-Modified} (RFC 3339) and {@code Pfs-Executable: true}.
 */
record FileHead(
        boolean executable,
        long modified,
        @Nullable String contentType,
        Map<String, String> metadata) {
    private static final int MOST_TYPE = 255;

    static FileHead of(HttpFields headers, InstantSource clock) {
        return new FileHead(
                "true".equals(headers.get("Pfs-Executable")),
                modified(headers.get("Pfs-Modified"), clock),
                contentType(headers.get(HttpHeader.CONTENT_TYPE)),
                Metadata.of(headers));
    }

    FileEntry entry(Content content) {
        return new FileEntry(content, executable, modified, contentType, metadata);
    }

    private static long modified(@Nullable String given, InstantSource clock) {
        if (given == null) {
            return HttpDates.nanos(clock.instant());
        }
        try {
            return HttpDates.nanos(Instant.parse(given.strip()));
        } catch (DateTimeException | ArithmeticException e) {
            throw Refusal.invalid(
                    "Pfs-Modified is '"
                            + given
                            + "'; it is written 2026-11-22T10:00:00Z, between"
                            + " 1678 and 2262");
        }
    }

    /** What curl says of every -d is worth nothing, and is not kept. */
    private static @Nullable String contentType(@Nullable String given) {
        if (given == null || given.equals("application/x-www-form-urlencoded")) {
            return null;
        }
        if (given.length() > MOST_TYPE) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the Content-Type has " + given.length() + " characters, limit " + MOST_TYPE);
        }
        return given;
    }
}
