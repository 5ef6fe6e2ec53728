package pfs.jobs.spec;

import java.util.Locale;

/** What a container can reach. */
public enum Network {
    /** Nothing. */
    NONE,
    /** What the engine's default network reaches. */
    EGRESS;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
