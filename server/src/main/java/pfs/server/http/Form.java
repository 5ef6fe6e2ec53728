package pfs.server.http;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The form in which a client likes its answer, by its Accept header (RFC 9110, 12.5.1). */
public enum Form {
    /** One record a line: what curl gets. */
    TEXT,
    JSON,
    HTML,
    TAR;

    /** The form of the highest quality; of equals, the first; text for everything else. */
    public static Form of(@Nullable String accept) {
        if (accept == null || accept.equals("*/*")) {
            return TEXT;
        }
        Form best = TEXT;
        double bestQuality = 0;
        for (String item : accept.split(",", 64)) {
            int semicolon = item.indexOf(';');
            String type = (semicolon < 0 ? item : item.substring(0, semicolon)).strip();
            Form form = named(type.toLowerCase(Locale.ROOT));
            double quality = semicolon < 0 ? 1 : quality(item.substring(semicolon));
            if (form != null && quality > bestQuality) {
                best = form;
                bestQuality = quality;
            }
        }
        return best;
    }

    private static @Nullable Form named(String type) {
        return switch (type) {
            case "text/plain", "text/*", "*/*" -> TEXT;
            case "application/json", "application/*", "application/problem+json" -> JSON;
            case "text/html", "application/xhtml+xml" -> HTML;
            case "application/x-tar", "application/tar" -> TAR;
            default -> null;
        };
    }

    private static double quality(String parameters) {
        int at = parameters.indexOf("q=");
        if (at < 0) {
            return 1;
        }
        int end = parameters.indexOf(';', at);
        try {
            return Double.parseDouble(
                    parameters.substring(at + 2, end < 0 ? parameters.length() : end).strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
