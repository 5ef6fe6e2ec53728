package pfs.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import pfs.object.ObjectId;
import pfs.server.http.Gate;
import pfs.server.http.Refusal;
import pfs.server.http.Right;

/**
 * Who may ask what. With tokens: a bearer token, or basic authentication with the token as
 * password. Without: everybody who can reach the port, but no web page of another origin, which
 * would ask in its reader's name; and on loopback no name that is not loopback's (DNS rebinding).
 * Thread-safe.
 */
public final class Guard implements Gate {
    private static final String CHALLENGE =
            "Bearer realm=\"pfs\"\nBasic realm=\"pfs\", charset=\"UTF-8\"";

    private final List<Token> tokens;
    private final boolean loopback;

    /**
     * @param loopback true if only this machine can reach the server
     */
    public Guard(List<Token> tokens, boolean loopback) {
        this.tokens = List.copyOf(tokens);
        this.loopback = loopback;
    }

    @Override
    public void admit(Request request) {
        if (!tokens.isEmpty()) {
            return;
        }
        if (loopback) {
            checkHost(request.getHttpURI().getHost());
        }
        checkSite(request);
    }

    @Override
    public String authorize(Request request, Right wanted, @Nullable String repo) {
        if (tokens.isEmpty() || wanted == Right.NONE) {
            return "anonymous";
        }
        String given = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (given == null) {
            throw unauthorized("a token is needed: Authorization: Bearer TOKEN, or curl -u :TOKEN");
        }
        boolean basic = given.regionMatches(true, 0, "Basic ", 0, 6);
        if (basic) {
            // A browser sends these by itself, so pages of other origins must be kept out here too.
            checkSite(request);
        }
        Token token = find(secret(given, basic));
        if (token == null) {
            throw unauthorized("the token is not known here");
        }
        if (!token.allows(wanted, repo)) {
            String where = repo == null ? "this server" : "repo " + repo;
            throw new Refusal(
                    403,
                    "Forbidden",
                    "token "
                            + token.name()
                            + " has no "
                            + wanted.name().toLowerCase(Locale.ROOT)
                            + " right to "
                            + where);
        }
        return token.name();
    }

    private static String secret(String given, boolean basic) {
        if (basic) {
            try {
                byte[] pair = Base64.getDecoder().decode(given.substring(6).strip());
                String text = new String(pair, StandardCharsets.UTF_8);
                return text.substring(text.indexOf(':') + 1);
            } catch (IllegalArgumentException e) {
                throw unauthorized("the basic credentials are not base64");
            }
        }
        if (given.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return given.substring(7).strip();
        }
        throw unauthorized("only Bearer and Basic are understood");
    }

    /** Looks at every token, whichever fits, so that time tells nothing. */
    private @Nullable Token find(String secret) {
        byte[] digest = ObjectId.sha256().digest(secret.getBytes(StandardCharsets.UTF_8));
        Token found = null;
        for (Token token : tokens) {
            if (MessageDigest.isEqual(digest, HexFormat.of().parseHex(token.digest()))) {
                found = token;
            }
        }
        return found;
    }

    private static Refusal unauthorized(String detail) {
        return new Refusal(401, "Unauthorized", detail, Map.of("WWW-Authenticate", CHALLENGE));
    }

    private static void checkHost(@Nullable String host) {
        if (host != null && !isLoopback(host)) {
            throw new Refusal(
                    403,
                    "Foreign host",
                    "'"
                            + host
                            + "' is no name of this machine's loopback; ask for localhost, or start"
                            + " the server with a token");
        }
    }

    /** True for localhost, names below it, and loopback addresses. */
    public static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("[::1]")
                || name.equals("::1")
                || name.startsWith("127.") && name.chars().allMatch(c -> c == '.' || c <= '9');
    }

    private static void checkSite(Request request) {
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean foreign = site != null && !site.equals("same-origin") && !site.equals("none");
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (foreign || origin != null && !sameOrigin(origin, request)) {
            throw new Refusal(
                    403,
                    "Foreign origin",
                    "a web page of another origin"
                            + (origin == null ? "" : " (" + origin + ")")
                            + " may not use this server");
        }
    }

    private static boolean sameOrigin(String origin, Request request) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) {
            return false;
        }
        HttpURI uri = request.getHttpURI();
        String authority = origin.substring(scheme + 3);
        int colon = authority.lastIndexOf(':');
        boolean ported = colon > authority.lastIndexOf(']');
        String host = ported ? authority.substring(0, colon) : authority;
        int usual = origin.startsWith("https:") ? 443 : 80;
        String port = ported ? authority.substring(colon + 1) : String.valueOf(usual);
        int own = uri.getPort() > 0 ? uri.getPort() : request.isSecure() ? 443 : 80;
        return host.equalsIgnoreCase(uri.getHost()) && port.equals(String.valueOf(own));
    }
}
