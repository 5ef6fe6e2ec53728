package pfs.jobs.worker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the parts of a multipart body (RFC 2046) as a stream. */
public final class Multipart {
    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary=(?:\"([^\"]{1,200})\"|([^\\s;\"]{1,200}))", 2);
    private static final int MAX_HEAD = 16 << 10;

    private final byte[] delimiter;
    private final PushbackInputStream in;
    private final byte[] window;

    /** Uses one part. The stream is valid during the call and need not be read to its end. */
    @FunctionalInterface
    public interface PartHandler {
        /**
         * @param headers by lower-case name
         */
        void part(Map<String, String> headers, InputStream body) throws IOException;
    }

    private Multipart(InputStream in, String boundary) {
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.in = new PushbackInputStream(in, delimiter.length + (64 << 10));
        this.window = new byte[delimiter.length + (32 << 10)];
    }

    /**
     * Reads all parts, in order.
     *
     * @throws BadAnswerException the body is not what its content type says
     */
    public static void read(String contentType, InputStream body, PartHandler handler)
            throws IOException {
        Matcher m = BOUNDARY.matcher(contentType);
        if (!m.find()) {
            throw new BadAnswerException(
                    "the answer's Content-Type has no boundary: " + contentType);
        }
        new Multipart(body, m.group(1) != null ? m.group(1) : m.group(2)).readAll(handler);
    }

    private void readAll(PartHandler handler) throws IOException {
        in.unread(new byte[] {'\r', '\n'});
        PartBody preamble = new PartBody();
        preamble.skipAll();
        while (!lastDelimiter()) {
            Map<String, String> headers = headers();
            // A part may begin with the delimiter at once: it has no body then.
            PartBody part = new PartBody();
            handler.part(headers, part);
            part.skipAll();
        }
        AnswerReader.drain(in, Integer.MAX_VALUE);
    }

    /** Behind a delimiter: two dashes end the body, a line end begins a part. */
    private boolean lastDelimiter() throws IOException {
        int a = require();
        if (a == '-') {
            if (require() == '-') {
                return true;
            }
            throw new BadAnswerException("the multipart body has a broken delimiter");
        }
        while (a == ' ' || a == '\t') {
            a = require();
        }
        if (a == '\r') {
            a = require();
        }
        if (a != '\n') {
            throw new BadAnswerException("the multipart body has a broken delimiter");
        }
        return false;
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new HashMap<>();
        StringBuilder line = new StringBuilder();
        for (int room = MAX_HEAD; room > 0; room--) {
            int c = require();
            if (c == '\n') {
                if (line.isEmpty()) {
                    // The line end in front of the delimiter may be this one.
                    in.unread(new byte[] {'\r', '\n'});
                    return headers;
                }
                int colon = line.indexOf(":");
                if (colon > 0) {
                    headers.put(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                }
                line.setLength(0);
            } else if (c != '\r') {
                line.append((char) c);
            }
        }
        throw new BadAnswerException("a part's headers are longer than " + MAX_HEAD + " bytes");
    }

    private int require() throws IOException {
        int c = in.read();
        if (c < 0) {
            throw new BadAnswerException("the multipart body has no closing delimiter");
        }
        return c;
    }

    /** The bytes up to the next delimiter, which it takes away. */
    private final class PartBody extends InputStream {
        private boolean ended;
        private boolean skippedLineEnd = delimiter.length == 0;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int have = in.readNBytes(window, 0, Math.min(window.length, length + delimiter.length));
            if (!skippedLineEnd) {
                return first(have, into, offset, length);
            }
            return give(0, have, into, offset, length);
        }

        /** The two bytes that were pushed back only serve to find a delimiter right here. */
        private int first(int have, byte[] into, int offset, int length) throws IOException {
            skippedLineEnd = true;
            if (delimiterAt(0, have)) {
                return end(0, have);
            }
            return give(2, have, into, offset, length);
        }

        private int give(int from, int have, byte[] into, int offset, int length)
                throws IOException {
            int at = from;
            while (at < have && !delimiterAt(at, have)) {
                if (have - at < delimiter.length && !prefixAt(at, have)) {
                    at++;
                    continue;
                }
                if (have - at < delimiter.length) {
                    break;
                }
                at++;
            }
            int n = Math.min(at - from, length);
            if (n == 0) {
                if (delimiterAt(from, have)) {
                    return end(from, have);
                }
                throw new EOFException("the multipart body has no closing delimiter");
            }
            System.arraycopy(window, from, into, offset, n);
            in.unread(window, from + n, have - from - n);
            return n;
        }

        private int end(int at, int have) throws IOException {
            in.unread(window, at + delimiter.length, have - at - delimiter.length);
            ended = true;
            return -1;
        }

        private boolean delimiterAt(int at, int have) {
            return have - at >= delimiter.length
                    && Arrays.equals(
                            window, at, at + delimiter.length, delimiter, 0, delimiter.length);
        }

        private boolean prefixAt(int at, int have) {
            return Arrays.equals(window, at, have, delimiter, 0, have - at);
        }

        void skipAll() throws IOException {
            byte[] drop = new byte[8 << 10];
            while (read(drop, 0, drop.length) >= 0) {
                // Dropped.
            }
        }
    }
}
