package pfs.jobs.spec;

import java.util.Locale;

/** What starts a run. */
public enum Trigger {
    /** Only a request. */
    RUN,
    /** Every commit to the input branch as well. */
    COMMIT;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
