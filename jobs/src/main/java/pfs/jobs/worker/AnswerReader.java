package pfs.jobs.worker;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads one HTTP/1.x answer (RFC 9112) from a connection. Not thread-safe. */
final class AnswerReader {
    private static final int MAX_HEAD = 64 << 10;
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    private final Connection connection;
    private final long limit;
    private boolean keepAlive;
    private AnswerBody body = new AnswerBody.Sized(0);

    /** One that refuses bodies of more than {@code limit} bytes. */
    AnswerReader(Connection connection, long limit) {
        this.connection = connection;
        this.limit = limit;
    }

    Answer read() throws IOException {
        Answer answer = readHead();
        while (answer.status() < 200) {
            answer = readHead();
        }
        return answer;
    }

    /** True if the answer was read to its end and the connection can carry another exchange. */
    boolean reusable() {
        return keepAlive && body.done() && connection.clean();
    }

    private Answer readHead() throws IOException {
        int[] room = {MAX_HEAD};
        String line = line(room);
        if (!STATUS_LINE.matcher(line).matches()) {
            throw new BadAnswerException(
                    "the answer is not HTTP/1.1: it begins with '"
                            + line.substring(0, Math.min(60, line.length()))
                            + "'");
        }
        int status = Integer.parseInt(line.substring(9, 12));
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String field = line(room); !field.isEmpty(); field = line(room)) {
            int colon = field.indexOf(':');
            if (colon <= 0) {
                throw new BadAnswerException("the answer has the header line '" + field + "'");
            }
            headers.computeIfAbsent(
                            field.substring(0, colon).toLowerCase(Locale.ROOT),
                            _ -> new ArrayList<>(1))
                    .add(field.substring(colon + 1).strip());
        }
        keepAlive = keepAlive(line.startsWith("HTTP/1.1"), headers);
        body = bodyOf(status, headers);
        return new Answer(status, headers, new BodyStream(connection, body, limit));
    }

    private static boolean keepAlive(boolean http11, Map<String, List<String>> headers) {
        String connection =
                String.join(",", headers.getOrDefault("connection", List.of()))
                        .toLowerCase(Locale.ROOT);
        return http11 ? !connection.contains("close") : connection.contains("keep-alive");
    }

    private AnswerBody bodyOf(int status, Map<String, List<String>> headers) throws IOException {
        if (status < 200 || status == 204 || status == 304) {
            return new AnswerBody.Sized(0);
        }
        List<String> encodings = headers.getOrDefault("transfer-encoding", List.of());
        if (!encodings.isEmpty()) {
            if (encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked")) {
                throw new BadAnswerException(
                        "the answer has Transfer-Encoding: " + String.join(", ", encodings));
            }
            return new AnswerBody.Chunked();
        }
        List<String> lengths = headers.getOrDefault("content-length", List.of());
        if (lengths.isEmpty()) {
            if (status >= 300) {
                keepAlive = false;
                return new AnswerBody.Unsized();
            }
            throw new BadAnswerException(
                    "the answer has neither Content-Length nor Transfer-Encoding: chunked; a body"
                            + " that ends with the connection is refused, since a crash in its"
                            + " middle would look like success");
        }
        if (lengths.stream().distinct().count() != 1
                || !LENGTH.matcher(lengths.getFirst()).matches()) {
            throw new BadAnswerException(
                    "the answer has Content-Length: " + String.join(", ", lengths));
        }
        long length = Long.parseLong(lengths.getFirst());
        if (length > limit) {
            throw BodyStream.tooLong(limit);
        }
        return new AnswerBody.Sized(length);
    }

    private String line(int[] room) throws IOException {
        byte[] buffer = new byte[128];
        int n = 0;
        while (true) {
            int c = connection.read();
            if (c == '\n') {
                int end = n > 0 && buffer[n - 1] == '\r' ? n - 1 : n;
                return new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
            }
            if (--room[0] < 0) {
                throw new BadAnswerException("the answer's head is longer than " + MAX_HEAD);
            }
            if (n == buffer.length) {
                buffer = java.util.Arrays.copyOf(buffer, n * 2);
            }
            buffer[n++] = (byte) c;
        }
    }

    /** Reads and drops what is left of a body, up to so many bytes; false if there was more. */
    static boolean drain(InputStream body, int most) throws IOException {
        byte[] buffer = new byte[8 << 10];
        int left = most;
        while (left > 0) {
            int n = body.read(buffer, 0, Math.min(buffer.length, left));
            if (n < 0) {
                return true;
            }
            left -= n;
        }
        try {
            return body.read() < 0;
        } catch (EOFException e) {
            return false;
        }
    }
}
