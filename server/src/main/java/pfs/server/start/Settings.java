package pfs.server.start;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.server.auth.Token;
import pfs.server.http.Limits;

/**
 * All that is set at a server's start.
 *
 * @param tls certificate and key, both PEM; null for plain HTTP
 * @param tokens empty if everybody may do everything
 */
public record Settings(
        Listen listen,
        Path data,
        @Nullable Tls tls,
        List<Token> tokens,
        Limits limits,
        boolean logRequests) {
    public Settings {
        tokens = List.copyOf(tokens);
    }

    /** PEM files: a certificate, with its chain behind it, and its key. */
    public record Tls(Path certificate, Path key) {}
}
