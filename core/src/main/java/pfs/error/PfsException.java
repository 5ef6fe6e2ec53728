package pfs.error;

import org.jspecify.annotations.Nullable;

/**
 * The one exception family of pfs: something was refused or failed, for a reason that has a {@link
 * ErrorCode}. The message names the thing, the value and the limit, and is fit to be shown to the
 * caller.
 */
public final class PfsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String subject;

    public PfsException(ErrorCode code, String message) {
        this(code, message, null, null);
    }

    public PfsException(ErrorCode code, String message, @Nullable String subject) {
        this(code, message, subject, null);
    }

    public PfsException(
            ErrorCode code, String message, @Nullable String subject, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.subject = subject;
    }

    public ErrorCode code() {
        return code;
    }

    /** The path, ref, repo or object that the message is about; null when there is none. */
    public @Nullable String subject() {
        return subject;
    }
}
