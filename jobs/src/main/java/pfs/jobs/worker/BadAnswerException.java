package pfs.jobs.worker;

import java.io.IOException;

/** An answer that another try would not mend: it breaks the protocol or a limit. */
public final class BadAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    public BadAnswerException(String message) {
        super(message);
    }
}
