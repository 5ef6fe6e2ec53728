package pfs.jobs.worker;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one worker: HTTP/1.1 with keep-alive over blocking sockets. Thread-safe; as
 * many exchanges at once as threads call it.
 */
public final class WorkerClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Dialer dialer;
    private final Watchdog watchdog;
    private final Timeouts timeouts;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /** How long a request may be silent, how long it may take, and how long its answer may be. */
    public record Timeouts(Duration idle, Duration total, long output) {}

    /** Uses an answer; its body need not be read to the end. */
    @FunctionalInterface
    public interface Handler<T> {
        T handle(Answer answer) throws IOException;
    }

    public WorkerClient(Dialer dialer, Watchdog watchdog, Timeouts timeouts) {
        this.dialer = dialer;
        this.watchdog = watchdog;
        this.timeouts = timeouts;
    }

    /**
     * Sends the request and gives the answer to the handler.
     *
     * @throws BadAnswerException the answer breaks the protocol or the output limit
     * @throws BrokenAnswerException no whole answer came
     */
    public <T> T exchange(Request request, Handler<T> handler) throws IOException {
        Connection reused = idle.pollFirst();
        if (reused != null) {
            try {
                return exchangeOn(reused, request, handler);
            } catch (StaleException e) {
                // The worker had closed it before this request: that is no failed attempt.
            }
        }
        Connection fresh;
        try {
            fresh = new Connection(dialer.dial(CONNECT), dialer.refers());
        } catch (IOException e) {
            throw new BrokenAnswerException("cannot connect: " + e.getMessage(), e);
        }
        return exchangeOn(fresh, request, handler);
    }

    private <T> T exchangeOn(Connection connection, Request request, Handler<T> handler)
            throws IOException {
        connection.begin();
        Watchdog.Watch watch = watchdog.watch(connection, timeouts.idle(), timeouts.total());
        boolean reusable = false;
        FutureTask<Void> writing = null;
        try {
            writing = write(connection, request);
            AnswerReader reader = new AnswerReader(connection, timeouts.output());
            T result = handler.handle(reader.read());
            reusable = reader.reusable() && finished(writing);
            return result;
        } catch (BadAnswerException | BrokenAnswerException e) {
            throw e;
        } catch (IOException e) {
            rethrowOwnFailure(writing);
            throw broken(connection, watch, e);
        } finally {
            watchdog.release(watch);
            connection.markUsed();
            if (reusable && !closed) {
                idle.addFirst(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Small bodies go at once; a large one is written while its answer is read. */
    private static @Nullable FutureTask<Void> write(Connection connection, Request request)
            throws IOException {
        if (Connection.fits(request)) {
            connection.writeSmall(request);
            return null;
        }
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            try {
                                connection.writeLarge(request);
                            } catch (RuntimeException e) {
                                // The body cannot be read: there is no answer to wait for.
                                connection.close();
                                throw e;
                            }
                            return null;
                        });
        Thread.ofVirtual().name("body of " + request.label()).start(task);
        return task;
    }

    /** An answer may come before the body was taken: then the connection is of no more use. */
    private static boolean finished(@Nullable FutureTask<Void> writing) {
        if (writing == null) {
            return true;
        }
        if (!writing.isDone()) {
            return false;
        }
        try {
            writing.get();
            return true;
        } catch (ExecutionException | InterruptedException e) {
            return false;
        }
    }

    private static void rethrowOwnFailure(@Nullable FutureTask<Void> writing) {
        if (writing != null
                && writing.state() == java.util.concurrent.Future.State.FAILED
                && writing.exceptionNow() instanceof RuntimeException own) {
            throw own;
        }
    }

    private static IOException broken(Connection connection, Watchdog.Watch watch, IOException e)
            throws StaleException {
        String overdue = watch.overdue();
        if (overdue != null) {
            return new BrokenAnswerException(overdue, e);
        }
        if (connection.used() && !connection.answering()) {
            throw new StaleException();
        }
        String message =
                e instanceof EOFException
                        ? connection.answering()
                                ? e.getMessage() == null
                                        ? "the connection ended within the answer"
                                        : e.getMessage()
                                : "the connection ended without an answer"
                        : String.valueOf(e.getMessage());
        return new BrokenAnswerException(message, e);
    }

    /** Closes all connections; exchanges that are under way end with an exception. */
    @Override
    public void close() {
        closed = true;
        for (Connection c = idle.pollFirst(); c != null; c = idle.pollFirst()) {
            c.close();
        }
    }

    private static final class StaleException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
