package pfs.benchmarks.peers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One figure that is compared.
 *
 * @param id its name in what a trial answers
 * @param title what is done
 * @param unit of the figures
 * @param better which way
 * @param state what was warm, and what was synced when the clock stopped
 * @param targets what pfs is to reach beside a peer, or alone
 */
record Row(
        String id, String title, String unit, Better better, String state, List<Target> targets) {
    /** Whether more or less is better. */
    enum Better {
        HIGHER,
        LOWER
    }

    /**
     * A bound on pfs's figure as a multiple of the peer's, or on the figure itself.
     *
     * @param peer null: the figure itself
     */
    record Target(@Nullable String peer, double bound) {}

    static Row more(String id, String title, String unit, String state, Target... targets) {
        return new Row(id, title, unit, Better.HIGHER, state, List.of(targets));
    }

    static Row less(String id, String title, String unit, String state, Target... targets) {
        return new Row(id, title, unit, Better.LOWER, state, List.of(targets));
    }

    static Target times(double bound, String peer) {
        return new Target(peer, bound);
    }

    static Target limit(double bound) {
        return new Target(null, bound);
    }
}
