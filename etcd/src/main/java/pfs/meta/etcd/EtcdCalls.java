package pfs.meta.etcd;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import pfs.error.ErrorCode;
import pfs.error.PfsException;

/**
 * Calls of etcd with a limit of time: one attempt each, or repeated with pauses until they succeed
 * or patience ends. Thread-safe. An interrupt does not end a call, since its fate would stay open.
 */
final class EtcdCalls {
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    private final EtcdClients clients;
    private final Duration attempt;
    private final Duration patience;

    /**
     * @param clients stays the caller's to close
     * @param attempt how long one attempt may take
     * @param patience how long a call may take, with all its attempts; the last may go beyond
     */
    EtcdCalls(EtcdClients clients, Duration attempt, Duration patience) {
        this.clients = clients;
        this.attempt = attempt;
        this.patience = patience;
    }

    /** What kept an attempt from its answer. Whether it was carried out is not known. */
    static final class Unanswered extends Exception {
        private static final long serialVersionUID = 1L;

        Unanswered(Throwable cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }

        /** gRPC's word for it. */
        Status.Code code() {
            return getCause() instanceof EtcdException e
                    ? Status.Code.valueOf(e.getErrorCode().name())
                    : Status.fromThrowable(this).getCode();
        }
    }

    /** When a call that begins now has to be given up. */
    final class Deadline {
        private final long end = System.nanoTime() + patience.toNanos();
        private long pause = FIRST_PAUSE_MILLIS;

        /** Pauses before another attempt; throws ENGINE_UNAVAILABLE if there is no time for it. */
        void again(String what, Unanswered why) {
            if (System.nanoTime() - end >= 0) {
                throw new PfsException(
                        ErrorCode.ENGINE_UNAVAILABLE,
                        "etcd does not answer (" + what + "): " + why.getMessage(),
                        null,
                        why);
            }
            sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    Deadline deadline() {
        return new Deadline();
    }

    /**
     * Makes a call that may be made twice, until it is answered.
     *
     * @throws PfsException ENGINE_UNAVAILABLE, and what {@link #once} throws
     */
    <T> T repeat(String what, Function<Client, CompletableFuture<T>> call) {
        Deadline deadline = deadline();
        while (true) {
            try {
                return once(what, call);
            } catch (Unanswered e) {
                deadline.again(what, e);
            }
        }
    }

    /**
     * Makes a call once.
     *
     * @throws PfsException if etcd refused it, so that it was not carried out
     */
    <T> T once(String what, Function<Client, CompletableFuture<T>> call) throws Unanswered {
        Client client = clients.now();
        try {
            T answer = answer(what, call.apply(client));
            clients.answered(client);
            return answer;
        } catch (Unanswered e) {
            clients.silent(client);
            throw e;
        }
    }

    private <T> T answer(String what, CompletableFuture<T> future) throws Unanswered {
        try {
            return uninterrupted(future);
        } catch (ExecutionException e) {
            throw failure(what, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new Unanswered(new TimeoutException("no answer within " + attempt));
        }
    }

    private <T> T uninterrupted(CompletableFuture<T> future)
            throws ExecutionException, TimeoutException {
        long end = System.nanoTime() + attempt.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What an attempt that failed came to; throws if etcd refused it. */
    private static Unanswered failure(String what, Throwable cause) {
        Unanswered open = new Unanswered(cause);
        String text = String.valueOf(cause.getMessage());
        switch (open.code()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> throw refused(ErrorCode.OVER_LIMIT, what, cause);
            case RESOURCE_EXHAUSTED -> {
                if (text.contains("space exceeded")) {
                    throw refused(ErrorCode.DISK_FULL, what, cause);
                }
                if (text.contains("maximum size") || text.contains("larger than max")) {
                    throw refused(ErrorCode.OVER_LIMIT, what, cause);
                }
            }
            case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED ->
                    throw refused(ErrorCode.STOPPED, what, cause);
            case OK,
                    CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS -> {}
        }
        return open;
    }

    private static PfsException refused(ErrorCode code, String what, Throwable why) {
        return new PfsException(
                code, "etcd refused to " + what + ": " + why.getMessage(), null, why);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
