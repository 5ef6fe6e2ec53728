package pfs.jobs.engine;

import pfs.jobs.memo.Result;
import pfs.object.ObjectId;

/**
 * Chooses reused results that are made again, and compares. Which ones depends on the run, so that
 * over many runs all have their turn. Immutable.
 */
final class Rechecks {
    private final double part;
    private final long seed;

    Rechecks(double part, String run) {
        this.part = part;
        this.seed = ObjectId.of(run.getBytes(java.nio.charset.StandardCharsets.UTF_8)).prefix();
    }

    boolean wanted(ObjectId key) {
        if (part <= 0) {
            return false;
        }
        long mixed = (key.prefix() ^ seed) * 0x9E3779B97F4A7C15L;
        return (mixed >>> 11) * 0x1p-53 < part;
    }

    void compare(String label, Result before, Result now) {
        if (!before.equals(now)) {
            throw new RunFailure(
                    "the job is not deterministic: "
                            + label
                            + " was made again (recheck) and gave another result than before ("
                            + before.records()
                            + " records, "
                            + before.bytes()
                            + " bytes before; "
                            + now.records()
                            + " records, "
                            + now.bytes()
                            + " bytes now)");
        }
    }
}
