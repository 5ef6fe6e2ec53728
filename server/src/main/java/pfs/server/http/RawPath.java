package pfs.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Percent decoding (RFC 3986) of a piece of a request's path, once, strictly: a broken escape or
 * broken UTF-8 is a 400. An escaped slash is a slash, as S3's clients mean it; no name can hold
 * one.
 */
public final class RawPath {
    private RawPath() {}

    public static String decode(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c >= 0x80) {
                return decodeSlowly(raw, false);
            }
        }
        return raw;
    }

    /** As form fields are encoded: a plus is a space too. */
    static String decodeForm(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c == '+' || c >= 0x80) {
                return decodeSlowly(raw, true);
            }
        }
        return raw;
    }

    private static String decodeSlowly(String raw, boolean form) {
        byte[] given = raw.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[given.length];
        int size = 0;
        for (int i = 0; i < given.length; i++) {
            byte b = given[i];
            if (b == '%') {
                if (i + 2 >= given.length) {
                    throw broken(raw);
                }
                int high = Character.digit(given[i + 1], 16);
                int low = Character.digit(given[i + 2], 16);
                if (high < 0 || low < 0) {
                    throw broken(raw);
                }
                bytes[size++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[size++] = form && b == '+' ? (byte) ' ' : b;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Refusal.invalid(
                    "'" + raw + "' is not UTF-8 once decoded; percent-encode names as UTF-8");
        }
    }

    private static Refusal broken(String raw) {
        return Refusal.invalid(
                "'" + raw + "' has a broken percent escape; write a percent sign as %25");
    }
}
