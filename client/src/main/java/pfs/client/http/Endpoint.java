package pfs.client.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A server's address.
 *
 * @param secure https
 * @param base what stands before each target; "" or a path without a slash at its end
 */
public record Endpoint(boolean secure, String host, int port, String base) {
    /**
     * Parses {@code http://HOST:PORT/BASE}; a bare {@code HOST:PORT} is http.
     *
     * @throws IllegalArgumentException with a line that says what is wrong
     */
    public static Endpoint parse(String url) {
        String full = url.contains("://") ? url : "http://" + url;
        URI uri;
        try {
            uri = new URI(full);
        } catch (URISyntaxException e) {
            throw refused(url, e.getReason(), e);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw refused(url, "only http and https are spoken", null);
        }
        String host = uri.getHost();
        if (host == null) {
            throw refused(url, "it has no host", null);
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        String path = uri.getRawPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        return new Endpoint(secure, host, port, base);
    }

    private static IllegalArgumentException refused(
            String url, String why, @Nullable Throwable cause) {
        return new IllegalArgumentException("'" + url + "' is no server's URL: " + why, cause);
    }

    /** The value of the Host header. */
    String authority() {
        return port == (secure ? 443 : 80) ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority() + base;
    }
}
