package pfs.meta.postgresql;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Where a PostgreSQL is: {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME&…}. What
 * is not given is PostgreSQL's own default; a password may come from {@code PGPASSWORD} or {@code
 * ~/.pgpass}. Other parameters, such as {@code sslmode}, are the JDBC driver's. The schema, {@code
 * pfs} if none is named, is made if it is missing.
 */
public record PostgresAddress(
        String jdbc, @Nullable String user, @Nullable String password, String schema) {
    private static final String SCHEMA = "schema=";

    /** The address; INVALID_REQUEST if the text is none. */
    public static PostgresAddress parse(String text) {
        try {
            URI uri = URI.create(text);
            if (!"postgresql".equals(uri.getScheme()) || uri.getHost() == null) {
                throw invalid(text);
            }
            String schema = "pfs";
            StringBuilder rest = new StringBuilder();
            String query = uri.getRawQuery();
            for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
                if (parameter.startsWith(SCHEMA)) {
                    schema = decoded(parameter.substring(SCHEMA.length()));
                } else {
                    rest.append(rest.isEmpty() ? '?' : '&').append(parameter);
                }
            }
            if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
                throw invalid(text);
            }
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String jdbc = "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + rest;
            String[] login = (uri.getRawUserInfo() + ":").split(":", 3);
            boolean named = uri.getRawUserInfo() != null;
            return new PostgresAddress(
                    jdbc,
                    named ? decoded(login[0]) : null,
                    named && !login[1].isEmpty() ? decoded(login[1]) : null,
                    schema);
        } catch (IllegalArgumentException e) {
            throw invalid(text);
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The address may hold a password, so the message does not repeat it. */
    private static PfsException invalid(String text) {
        return new PfsException(
                ErrorCode.INVALID_REQUEST,
                "these "
                        + text.length()
                        + " characters are not an address like"
                        + " postgresql://USER@HOST:PORT/DATABASE?schema=NAME");
    }
}
