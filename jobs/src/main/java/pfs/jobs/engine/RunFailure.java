package pfs.jobs.engine;

/** A run cannot succeed; the message is for the person who started it. */
public final class RunFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunFailure(String message) {
        super(message);
    }
}
