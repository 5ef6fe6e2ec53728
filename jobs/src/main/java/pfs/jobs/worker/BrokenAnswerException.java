package pfs.jobs.worker;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A request without a good, whole answer: 5xx, reset, short body, silence. Another try may do. */
public final class BrokenAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean answered;
    private @Nullable String worker;

    private BrokenAnswerException(String message, @Nullable Throwable cause, boolean answered) {
        super(message, cause);
        this.answered = answered;
    }

    public BrokenAnswerException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    /** For an answer that is whole, but asks for another try. */
    public static BrokenAnswerException answered(String message) {
        return new BrokenAnswerException(message, null, true);
    }

    /** True if the worker is there and answers. */
    public boolean answered() {
        return answered;
    }

    /** Says whose answer it was. */
    public BrokenAnswerException of(String name) {
        worker = name;
        return this;
    }

    public @Nullable String worker() {
        return worker;
    }
}
