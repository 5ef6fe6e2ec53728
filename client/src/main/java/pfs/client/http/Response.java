package pfs.client.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An answer whose body is still to be read. Closing it gives the connection back; the body is
 * checked to be whole: reading a cut one throws an EOFException, never ends early.
 */
public final class Response implements AutoCloseable {
    private final int status;
    private final Map<String, String> headers;
    private final InputStream body;
    private final Runnable release;

    Response(int status, Map<String, String> headers, InputStream body, Runnable release) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.release = release;
    }

    public int status() {
        return status;
    }

    public boolean ok() {
        return status >= 200 && status < 300;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    public InputStream body() {
        return body;
    }

    /** The rest of the body as text. */
    public String text() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        release.run();
    }
}
