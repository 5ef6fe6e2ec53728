package pfs.jobs.spec;

import java.util.Locale;

/** What one POST to the reduce route carries. */
public enum Reduce {
    /** Whole groups in key order, about 1 MiB. */
    BATCH,
    /** One group's values. */
    KEY;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
