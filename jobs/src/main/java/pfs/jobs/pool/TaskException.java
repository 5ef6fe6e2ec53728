package pfs.jobs.pool;

/** A task failed for good; the message says what the container answered. */
public final class TaskException extends Exception {
    private static final long serialVersionUID = 1L;

    public TaskException(String message) {
        super(message);
    }
}
