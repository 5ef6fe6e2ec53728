package pfs.jobs.pool;

import java.util.List;

/**
 * Which server is nearest to a part of the store: the one that reads it whenever it can, and so has
 * it in its cache. By the highest random weight (Thaler and Ravishankar, "Using name-based mappings
 * to increase hit rates", 1998), so that a server more or less moves only what it takes or leaves.
 */
final class Nearness {
    private Nearness() {}

    /** True if that server is the nearest of all of them; false where "" is near to nothing. */
    static boolean isNearest(String near, String server, List<String> servers) {
        if (near.isEmpty()) {
            return false;
        }
        long weight = weight(near, server);
        return servers.stream().allMatch(other -> weight(near, other) <= weight);
    }

    private static long weight(String near, String server) {
        return mixed(31L * near.hashCode() + mixed(server.hashCode()));
    }

    /** Each bit of it depends on all bits: the finalizer of MurmurHash3 (Appleby, 2011). */
    private static long mixed(long bits) {
        long mixed = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}
