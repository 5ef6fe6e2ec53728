package pfs.server;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** An answer whose body is read as UTF-8, and which says what it is when a test fails. */
record TextResponse(HttpResponse<byte[]> raw) implements HttpResponse<String> {
    @Override
    public int statusCode() {
        return raw.statusCode();
    }

    @Override
    public HttpRequest request() {
        return raw.request();
    }

    @Override
    public Optional<HttpResponse<String>> previousResponse() {
        return Optional.empty();
    }

    @Override
    public HttpHeaders headers() {
        return raw.headers();
    }

    @Override
    public String body() {
        return new String(raw.body(), StandardCharsets.UTF_8);
    }

    @Override
    public Optional<SSLSession> sslSession() {
        return raw.sslSession();
    }

    @Override
    public URI uri() {
        return raw.uri();
    }

    @Override
    public HttpClient.Version version() {
        return raw.version();
    }

    @Override
    public String toString() {
        return raw.request().method()
                + " "
                + raw.uri().getPath()
                + ": "
                + statusCode()
                + " "
                + body();
    }
}
