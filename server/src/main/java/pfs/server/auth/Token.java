package pfs.server.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.server.http.Right;

/**
 * Who may do what: a name, the hash of a secret, and rights.
 *
 * @param digest hex of the secret's SHA-256; the secret itself is kept nowhere
 */
public record Token(String name, String digest, List<Grant> grants) {
    public Token {
        grants = List.copyOf(grants);
    }

    /** A right, everywhere ({@code repo} null) or in one repo. */
    public record Grant(Right right, @Nullable String repo) {}

    /**
     * @param repo null for what concerns the whole server
     */
    boolean allows(Right wanted, @Nullable String repo) {
        for (Grant grant : grants) {
            if (grant.right().covers(wanted)
                    && (grant.repo() == null || grant.repo().equals(repo))) {
                return true;
            }
        }
        return false;
    }
}
