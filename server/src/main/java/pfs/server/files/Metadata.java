package pfs.server.files;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * A user's own names and values, as {@code Pfs-Meta-NAME: VALUE} headers. Names are lower case;
 * values are UTF-8, which HTTP's headers carry as the same bytes.
 */
public final class Metadata {
    private static final String PREFIX = "pfs-meta-";

    /** Characters of all names and values of one file or commit. */
    private static final int MOST = 8 * 1024;

    private Metadata() {}

    /**
     * The metadata among a request's headers.
     *
     * @throws PfsException OVER_LIMIT
     */
    public static Map<String, String> of(HttpFields headers) {
        Map<String, String> found = null;
        int size = 0;
        for (HttpField field : headers) {
            String name = field.getName();
            if (name.length() > PREFIX.length()
                    && name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
                String value = decode(field.getValue() == null ? "" : field.getValue());
                found = found == null ? new HashMap<>() : found;
                found.merge(key, value, (a, b) -> a + ", " + b);
                size += key.length() + value.length();
            }
        }
        if (size > MOST) {
            throw new PfsException(
                    ErrorCode.OVER_LIMIT,
                    "the Pfs-Meta headers have " + size + " characters, limit " + MOST);
        }
        return found == null ? Map.of() : found;
    }

    private static String decode(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xff) {
                return value;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }

    static void put(HttpFields.Mutable headers, String name, String value) {
        headers.put(
                "Pfs-Meta-" + name,
                new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }
}
