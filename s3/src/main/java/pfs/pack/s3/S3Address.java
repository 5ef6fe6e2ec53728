package pfs.pack.s3;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Where packs lie: {@code s3://BUCKET/PREFIX?endpoint=URL&region=NAME&path-style=true&create=true}.
 *
 * @param prefix what every key begins with, with a slash at its end; or nothing
 * @param endpoint the store; null for AWS
 * @param region null for the one that AWS's own settings name; a store that is not AWS has {@code
 *     us-east-1} unless it is told otherwise
 * @param pathStyle buckets in the path of URLs instead of the host name: the default unless it is
 *     AWS
 * @param create makes the bucket if it is missing
 */
public record S3Address(
        String bucket,
        String prefix,
        @Nullable URI endpoint,
        @Nullable String region,
        boolean pathStyle,
        boolean create) {
    /** The address; INVALID_REQUEST if the text is none. */
    public static S3Address parse(String text) {
        try {
            URI uri = URI.create(text);
            String bucket = uri.getRawAuthority();
            if (!"s3".equals(uri.getScheme())
                    || bucket == null
                    || !bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
                throw invalid(text, "s3://BUCKET/PREFIX?endpoint=URL&region=NAME is the form");
            }
            Map<String, String> options = options(text, uri.getRawQuery());
            @Nullable String at = options.remove("endpoint");
            URI endpoint = at == null ? null : URI.create(at);
            @Nullable String region = options.remove("region");
            @Nullable String style = options.remove("path-style");
            @Nullable String create = options.remove("create");
            if (!options.isEmpty()) {
                throw invalid(text, "nobody knows " + options.keySet());
            }
            return new S3Address(
                    bucket,
                    prefix(text, uri.getPath()),
                    endpoint,
                    region == null && endpoint != null ? "us-east-1" : region,
                    style == null ? endpoint != null : Boolean.parseBoolean(style),
                    Boolean.parseBoolean(create));
        } catch (IllegalArgumentException e) {
            throw invalid(text, String.valueOf(e.getMessage()));
        }
    }

    private static String prefix(String text, String path) {
        String prefix = path.replaceAll("^/+|/+$", "");
        if (!prefix.matches("[A-Za-z0-9._/-]{0,200}")) {
            throw invalid(text, "a prefix has up to 200 letters, digits and . _ / -");
        }
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    private static Map<String, String> options(String text, @Nullable String query) {
        Map<String, String> options = new TreeMap<>();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw invalid(text, "'" + pair + "' has no value");
            }
            String value = URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            options.put(pair.substring(0, equals), value);
        }
        return options;
    }

    private static PfsException invalid(String text, String why) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "'" + text + "' is not an address of an object store: " + why,
                text);
    }
}
