package pfs.jobs.runtime.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to a container engine, whole: read from a client's connection, and written anew, from
 * its parts, to the engine's, so that the two cannot take its bytes for different requests.
 *
 * @param path without the version of the API that may stand before it, and without the query
 * @param version such as {@code /v1.41}; "" for none
 * @param query decoded; a name that comes twice is refused
 * @param body up to 1 MiB
 */
record EngineCall(
        String method, String version, String path, Map<String, String> query, byte[] body) {
    private static final int MAX_HEAD = 32 << 10;
    private static final int MAX_BODY = 1 << 20;

    /** Says that a request is none that this reads. */
    static final class MalformedCallException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedCallException(String message) {
            super(message);
        }
    }

    EngineCall {
        query = Map.copyOf(query);
        body = body.clone();
    }

    /** The next request; null if the connection ended before it. */
    static @Nullable EngineCall read(SocketChannel from) throws IOException {
        Input in = new Input(from);
        String first = in.line();
        if (first == null) {
            return null;
        }
        String[] words = first.split(" ", -1);
        if (words.length != 3 || !words[2].equals("HTTP/1.1") || !words[1].startsWith("/")) {
            throw new MalformedCallException("the request's first line is '" + first + "'");
        }
        long length = 0;
        boolean chunked = false;
        for (String line = in.needLine(); !line.isEmpty(); line = in.needLine()) {
            int colon = line.indexOf(':');
            String name = line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
            String value = line.substring(colon + 1).strip();
            switch (name) {
                case "content-length" -> length = number(value, 10);
                case "transfer-encoding" -> chunked = true;
                default -> {}
            }
        }
        byte[] body = chunked ? in.chunks() : in.bytes(length);
        int mark = words[1].indexOf('?');
        String target = mark < 0 ? words[1] : words[1].substring(0, mark);
        String version = target.replaceFirst("^(/v1\\.[0-9]{1,2}(?=/))?.*", "$1");
        return new EngineCall(
                words[0],
                version,
                target.substring(version.length()),
                fields(mark < 0 ? "" : words[1].substring(mark + 1)),
                body);
    }

    private static long number(String text, int base) throws MalformedCallException {
        try {
            return Long.parseUnsignedLong(text, base);
        } catch (NumberFormatException e) {
            throw new MalformedCallException("'" + text + "' is no length");
        }
    }

    private static Map<String, String> fields(String query) throws MalformedCallException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = field.indexOf('=');
            String name = equals < 0 ? field : field.substring(0, equals);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            try {
                value = URLDecoder.decode(value, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                throw new MalformedCallException("the query is '" + query + "'");
            }
            if (!name.matches("[A-Za-z]+") || fields.put(name, value) != null) {
                throw new MalformedCallException("the query is '" + query + "'");
            }
        }
        return fields;
    }

    EngineCall withPath(String other) {
        return new EngineCall(method, version, other, query, body);
    }

    EngineCall withBody(byte[] other) {
        return new EngineCall(method, version, path, query, other);
    }

    /** As it is sent to the engine: one request, whose answer ends the connection. */
    byte[] encode() {
        StringBuilder target = new StringBuilder(version).append(path);
        char before = '?';
        for (Map.Entry<String, String> field : query.entrySet()) {
            target.append(before).append(field.getKey()).append('=');
            target.append(java.net.URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8));
            before = '&';
        }
        String head =
                method
                        + " "
                        + target
                        + " HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n"
                        + (body.length > 0 ? "Content-Type: application/json\r\n" : "")
                        + "Content-Length: "
                        + body.length
                        + "\r\n\r\n";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** The bytes of a connection, as far as one request goes. */
    private static final class Input {
        private final SocketChannel from;
        private final ByteBuffer buffer = ByteBuffer.allocate(8 << 10).flip();
        private int head;

        Input(SocketChannel from) {
            this.from = from;
        }

        private int next() throws IOException {
            if (!buffer.hasRemaining()) {
                buffer.clear();
                int got = from.read(buffer);
                buffer.flip();
                if (got < 0) {
                    return -1;
                }
            }
            return buffer.get() & 0xff;
        }

        @Nullable String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = next(); b != '\n'; b = next()) {
                if (b < 0) {
                    return null;
                }
                if (++head > MAX_HEAD) {
                    throw new MalformedCallException("the head is over " + MAX_HEAD + " bytes");
                }
                line.write(b);
            }
            String text = line.toString(StandardCharsets.ISO_8859_1);
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }

        String needLine() throws IOException {
            String line = line();
            if (line == null) {
                throw new MalformedCallException("the request ends within its head");
            }
            return line;
        }

        byte[] bytes(long length) throws IOException {
            if (length < 0 || length > MAX_BODY) {
                throw new MalformedCallException(
                        "the body is " + length + " bytes, limit " + MAX_BODY);
            }
            byte[] bytes = new byte[(int) length];
            for (int i = 0; i < bytes.length; i++) {
                int b = next();
                if (b < 0) {
                    throw new MalformedCallException("the request ends within its body");
                }
                bytes[i] = (byte) b;
            }
            return bytes;
        }

        byte[] chunks() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            while (true) {
                long length = number(needLine().replaceFirst(";.*", "").strip(), 16);
                all.writeBytes(bytes(length));
                if (all.size() > MAX_BODY) {
                    throw new MalformedCallException("the body is over " + MAX_BODY + " bytes");
                }
                needLine();
                if (length == 0) {
                    return all.toByteArray();
                }
            }
        }
    }
}
