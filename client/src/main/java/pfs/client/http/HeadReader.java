package pfs.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the lines before and between bodies. Not thread-safe. */
final class HeadReader {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_HEADERS = 1000;

    private final InputStream in;

    HeadReader(InputStream in) {
        this.in = in;
    }

    /** The next line without its end; EOFException when the connection was closed before it. */
    String line() throws IOException {
        byte[] bytes = new byte[256];
        int length = 0;
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (length == bytes.length) {
                if (length >= MAX_LINE) {
                    throw new IOException("the answer has a line of over " + MAX_LINE + " bytes");
                }
                bytes = java.util.Arrays.copyOf(bytes, length * 2);
            }
            bytes[length++] = (byte) b;
        }
        if (length > 0 && bytes[length - 1] == '\r') {
            length--;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** The status of a status line. */
    int status() throws IOException {
        String line = line();
        if (line.startsWith("HTTP/1.") && line.length() >= 12) {
            try {
                return Integer.parseInt(line.substring(9, 12));
            } catch (NumberFormatException e) {
                throw new IOException("no HTTP server answers there: '" + line + "'", e);
            }
        }
        throw new IOException("no HTTP server answers there: '" + line + "'");
    }

    /** Headers by lower-case name; of a repeated one, the last. */
    Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() > MAX_HEADERS) {
                throw new IOException("the answer has a bad header: '" + line + "'");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }
}
