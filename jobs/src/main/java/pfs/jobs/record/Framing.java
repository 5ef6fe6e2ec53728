package pfs.jobs.record;

import java.util.Locale;
import java.util.Optional;

/** How records are written in the bodies of a job's container. */
public enum Framing {
    /** A line each; the key ends at the first tab. */
    TSV("text/tab-separated-values"),
    /** A JSON array of key and value a line. */
    NDJSON("application/x-ndjson"),
    /** u32 key length, key, u32 value length, value, big-endian. */
    RECORDS("application/vnd.pfs.records");

    private final String contentType;

    Framing(String contentType) {
        this.contentType = contentType;
    }

    public String contentType() {
        return contentType;
    }

    /** What a content type means; without one, and for any text, lines. Empty: not records. */
    public static Optional<Framing> of(Optional<String> contentType) {
        if (contentType.isEmpty()) {
            return Optional.of(TSV);
        }
        String type = contentType.get().split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/x-ndjson", "application/ndjson", "application/jsonl" ->
                    Optional.of(NDJSON);
            case "application/vnd.pfs.records" -> Optional.of(RECORDS);
            default ->
                    type.startsWith("text/") || type.isEmpty()
                            ? Optional.of(TSV)
                            : Optional.empty();
        };
    }
}
