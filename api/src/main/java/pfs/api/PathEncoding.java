package pfs.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Paths as they stand in URLs: UTF-8, percent-encoded (RFC 3986), slashes kept. Stateless. */
public final class PathEncoding {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PathEncoding() {}

    /** Encodes everything but unreserved characters and slashes. */
    public static String encode(String path) {
        return encode(path, true);
    }

    /** Encodes one value of a query string; a slash stays, a space becomes {@code %20}. */
    public static String encodeQuery(String value) {
        return encode(value, true);
    }

    /** Encodes one segment: slashes too. */
    public static String encodeSegment(String segment) {
        return encode(segment, false);
    }

    private static String encode(String text, boolean keepSlash) {
        int i = 0;
        while (i < text.length() && isPlain(text.charAt(i), keepSlash)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder out = new StringBuilder(bytes.length + 32);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            if (isPlain(c, keepSlash)) {
                out.append(c);
            } else {
                out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
            }
        }
        return out.toString();
    }

    private static boolean isPlain(char c, boolean keepSlash) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~'
                || (keepSlash && c == '/');
    }

    /**
     * Decodes a raw path once; a plus stays a plus.
     *
     * @throws IllegalArgumentException a percent sign without two hex digits, or bytes that are not
     *     UTF-8; the message is fit for the caller
     */
    public static String decode(String raw) {
        int percent = raw.indexOf('%');
        if (percent < 0) {
            return raw;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(hexPair(raw, i));
                i += 2;
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                int point = raw.codePointAt(i);
                byte[] utf8 = Character.toString(point).getBytes(StandardCharsets.UTF_8);
                bytes.write(utf8, 0, utf8.length);
                i += Character.charCount(point) - 1;
            }
        }
        return utf8(bytes.toByteArray(), raw);
    }

    private static int hexPair(String raw, int at) {
        if (at + 2 < raw.length()) {
            int high = Character.digit(raw.charAt(at + 1), 16);
            int low = Character.digit(raw.charAt(at + 2), 16);
            if (high >= 0 && low >= 0) {
                return high << 4 | low;
            }
        }
        throw new IllegalArgumentException(
                "'" + raw + "' has a percent sign without two hex digits behind it");
    }

    private static String utf8(byte[] bytes, String raw) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + raw + "' is not UTF-8", e);
        }
    }
}
