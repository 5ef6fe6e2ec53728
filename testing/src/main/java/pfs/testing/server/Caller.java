package pfs.testing.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client: HTTP/1.1 over a connection that is kept, a request at a time, each sent once and
 * never again by itself. A call of the JDK's client costs as much processor time as a server needs
 * to answer it; this one leaves that to the server. Not thread-safe.
 */
final class Caller implements AutoCloseable {
    private static final int BUFFER = 16 << 10;
    private static final int CONNECT_MILLIS = 10_000;

    /** Nobody may send a longer line in a head. */
    private static final int LONGEST_LINE = 16 << 10;

    /** Servers end connections that are silent for longer (30 s): a call there may be lost. */
    private static final long LONGEST_SILENCE_NANOS = 15_000_000_000L;

    private final int silenceMillis;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();
    private String connected = "";
    private long answeredNanos;
    private long sentNanos;

    /**
     * @param silenceMillis how long a server may say nothing before the call fails
     */
    Caller(int silenceMillis) {
        this.silenceMillis = silenceMillis;
    }

    /** A whole answer. */
    static final class Answer {
        private final int status;
        private final byte[] body;

        private Answer(int status, byte[] body) {
            this.status = status;
            this.body = body;
        }

        int status() {
            return status;
        }

        /** The body itself, no copy. */
        byte[] bytes() {
            return body;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /**
     * Sends a request and reads its answer.
     *
     * @param body null for none
     * @throws ConnectException if nobody listens: nothing was sent
     * @throws IOException if it may have been sent, and was not answered
     */
    Answer send(URI uri, String method, byte @Nullable [] body, Map<String, String> headers)
            throws IOException {
        Socket to = connection(uri);
        boolean answered = false;
        try {
            sentNanos = System.nanoTime();
            to.getOutputStream().write(request(uri, method, body, headers));
            Answer answer = answer(method);
            answered = true;
            answeredNanos = System.nanoTime();
            return answer;
        } finally {
            if (!answered) {
                close();
            }
        }
    }

    private Socket connection(URI uri) throws IOException {
        Socket now = socket;
        boolean silent = System.nanoTime() - answeredNanos > LONGEST_SILENCE_NANOS;
        if (now != null && !silent && connected.equals(uri.getAuthority())) {
            return now;
        }
        close();
        Socket fresh = new Socket();
        try {
            fresh.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_MILLIS);
            fresh.setTcpNoDelay(true);
            fresh.setSoTimeout(silenceMillis);
            in = new BufferedInputStream(fresh.getInputStream(), BUFFER);
        } catch (IOException e) {
            fresh.close();
            throw (ConnectException) new ConnectException(uri + ": " + e.getMessage()).initCause(e);
        }
        connected = uri.getAuthority();
        answeredNanos = System.nanoTime();
        socket = fresh;
        return fresh;
    }

    /** Head and body as one piece, so that they travel together. */
    private static byte[] request(
            URI uri, String method, byte @Nullable [] body, Map<String, String> headers) {
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(uri.getRawPath());
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(uri.getAuthority()).append("\r\n");
        headers.forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
        if (body != null || !method.equals("GET")) {
            head.append("Content-Length: ").append(body == null ? 0 : body.length).append("\r\n");
        }
        byte[] first = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        if (body == null) {
            return first;
        }
        byte[] whole = java.util.Arrays.copyOf(first, first.length + body.length);
        System.arraycopy(body, 0, whole, first.length, body.length);
        return whole;
    }

    private Answer answer(String method) throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.1 [2-5][0-9][0-9].*")) {
            throw new ProtocolException("the answer begins with " + status);
        }
        int code = Integer.parseInt(status, 9, 12, 10);
        int length = -1;
        boolean chunked = false;
        boolean last = false;
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, Math.max(0, colon)).toLowerCase(java.util.Locale.ROOT)) {
                case "content-length" -> length = Integer.parseInt(value);
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "connection" -> last = value.equalsIgnoreCase("close");
                default -> {}
            }
        }
        byte[] body = body(method, code, length, chunked);
        if (last || (length < 0 && !chunked && code != 204 && code != 304)) {
            close();
        }
        return new Answer(code, body);
    }

    private byte[] body(String method, int status, int length, boolean chunked) throws IOException {
        if (method.equals("HEAD") || status == 204 || status == 304) {
            return new byte[0];
        }
        if (chunked) {
            return chunks();
        }
        return length < 0 ? in.readAllBytes() : exactly(length);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer ends at " + bytes.length + " of " + length);
        }
        return bytes;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int length = chunkLength(); length > 0; length = chunkLength()) {
            all.writeBytes(exactly(length));
            line();
        }
        while (!line().isEmpty()) {
            // trailers, which nobody here needs
        }
        return all.toByteArray();
    }

    private int chunkLength() throws IOException {
        return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LONGEST_LINE) {
                throw new EOFException(
                        "the connection ended, or sent nonsense: " + line + ", " + times());
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private String times() {
        long now = System.nanoTime();
        return (now - sentNanos) / 1_000_000
                + " ms after the request, which came after "
                + (sentNanos - answeredNanos) / 1_000_000
                + " ms of silence";
    }

    /** Ends the connection; the next call makes another. */
    @Override
    public void close() throws IOException {
        Socket now = socket;
        socket = null;
        if (now != null) {
            now.close();
        }
    }
}
