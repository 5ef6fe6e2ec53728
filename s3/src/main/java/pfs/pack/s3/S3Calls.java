package pfs.pack.s3;

import java.time.Duration;
import java.util.function.Supplier;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * Calls of the object store, repeated with growing pauses, at least once, until they are answered
 * or patience ends. Answers of 500 and above, 429 and 408 are no answers, nor is a line that
 * breaks. A store refuses what was signed at another time than its own: the SDK then signs by the
 * store's clock. Thread-safe.
 */
final class S3Calls {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2000;

    private final String store;
    private final Duration patience;

    S3Calls(String store, Duration patience) {
        this.store = store;
        this.patience = patience;
    }

    S3Calls withPatience(Duration other) {
        return new S3Calls(store, other);
    }

    /** How long a call may still be repeated. */
    final class Deadline {
        private final String what;
        private final long end = System.nanoTime() + patience.toNanos();
        private long pause = FIRST_PAUSE_MILLIS;
        private boolean again;

        Deadline(String what) {
            this.what = what;
        }

        /** Pauses before another attempt; throws if there is no time for it, or no sense in it. */
        void again(Exception why) {
            if (why instanceof SdkServiceException e && !passing(e)) {
                throw failed(ErrorCode.STOPPED, why);
            }
            // The first attempt may find no more than what time it is.
            if (again && System.nanoTime() - end >= 0) {
                throw failed(ErrorCode.ENGINE_UNAVAILABLE, why);
            }
            again = true;
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failed(ErrorCode.ENGINE_UNAVAILABLE, why);
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }

        private PfsException failed(ErrorCode code, Exception why) {
            return new PfsException(
                    code, store + " did not " + what + ": " + why.getMessage(), null, why);
        }
    }

    /** 409: another writer of the same name is at work. */
    private static boolean passing(SdkServiceException e) {
        int status = e.statusCode();
        return e.isClockSkewException()
                || status >= 500
                || status == 429
                || status == 408
                || status == 409;
    }

    Deadline deadline(String what) {
        return new Deadline(what);
    }

    /** Makes a call that may be made twice. */
    <T> T repeat(String what, Supplier<T> call) {
        Deadline deadline = new Deadline(what);
        while (true) {
            try {
                return call.get();
            } catch (SdkException e) {
                deadline.again(e);
            }
        }
    }
}
