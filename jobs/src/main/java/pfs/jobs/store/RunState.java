package pfs.jobs.store;

import java.util.Locale;

/** Where a run is on its way. */
public enum RunState {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean ended() {
        return switch (this) {
            case QUEUED, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
