package pfs.server.start;

import org.jspecify.annotations.Nullable;

/**
 * Where the parts of a store are that many servers share.
 *
 * @param meta a URI: etcd or PostgreSQL
 * @param store a URI: S3
 * @param cacheBytes of packs on the server's own disk
 * @param termSeconds how long a silent leader is waited for
 * @param advertised this server's URL for the others; null: where it listens
 * @param token for the other servers; null for none
 */
public record Shared(
        String meta,
        String store,
        long cacheBytes,
        int termSeconds,
        @Nullable String advertised,
        @Nullable String token) {}
