package pfs.server.start;

import java.util.List;
import pfs.server.auth.Guard;

/**
 * Where a server listens.
 *
 * @param host a name or an address; {@code localhost} is both 127.0.0.1 and ::1
 * @param port 0 to let the system choose
 */
public record Listen(String host, int port) {
    /**
     * Parses {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code :PORT} (all addresses) or a lone port
     * (localhost).
     *
     * @throws IllegalArgumentException with a message for the caller
     */
    public static Listen parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "localhost" : text.substring(0, colon);
        String port = text.substring(colon + 1);
        if (host.isEmpty() || host.equals("*")) {
            host = "0.0.0.0";
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int number = Integer.parseInt(port);
            if (number >= 0 && number <= 65_535) {
                return new Listen(host, number);
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "--listen is '" + text + "'; it is written HOST:PORT, as in 127.0.0.1:7370");
    }

    public boolean loopback() {
        return Guard.isLoopback(host);
    }

    /** The addresses to bind. */
    List<String> addresses() {
        return host.equals("localhost") ? List.of("127.0.0.1", "::1") : List.of(host);
    }
}
