package pfs.jobs.spec;

import java.util.Locale;

/** The route that joins records of the same key; its answer is records again. */
public enum Combine {
    COMBINE,
    REDUCE;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
