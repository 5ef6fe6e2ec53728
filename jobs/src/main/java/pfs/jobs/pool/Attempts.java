package pfs.jobs.pool;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.Answer;
import pfs.jobs.worker.BadAnswerException;
import pfs.jobs.worker.BrokenAnswerException;
import pfs.jobs.worker.Request;
import pfs.jobs.worker.WorkerClient;

/**
 * Sends a request until it is answered for good: a 2xx with a whole body is accepted; other 4xx and
 * redirects fail at once; 429 and 503 wait and count for nothing; 408, other 5xx, and answers that
 * are not whole are tried again, on another worker if there is one. Thread-safe.
 */
public final class Attempts {
    public static final int MOST = 4;
    private static final long FIRST_DELAY_MILLIS = 500;
    private static final long LONGEST_DELAY_MILLIS = 30_000;
    private static final int SHOWN_BODY = 2_000;

    private final WorkerPool pool;
    private final RandomGenerator random;
    private final Runnable onPost;
    private final Stragglers stragglers;

    /**
     * @param onPost called before each request that is sent
     * @param stragglers may send a request a second time; the handler then runs twice at once
     */
    public Attempts(
            WorkerPool pool, RandomGenerator random, Runnable onPost, Stragglers stragglers) {
        this.pool = pool;
        this.random = random;
        this.stragglers = stragglers;
        this.onPost = onPost;
    }

    private sealed interface Outcome<T> {
        record Done<T>(T value) implements Outcome<T> {}

        record Failed<T>(String message) implements Outcome<T> {}

        record Busy<T>(Optional<Long> retryAfterMillis) implements Outcome<T> {}
    }

    /** What is done with an answer before the next request is sent in its place. */
    @FunctionalInterface
    public interface Finish<A, T> {
        /**
         * @param nanos from the request to the end of the answer
         */
        T finish(A answer, long nanos) throws IOException, InterruptedException;
    }

    /** As the other, with nothing to do before the next request. */
    public <A> A send(Request request, WorkerClient.Handler<A> handler)
            throws TaskException, InterruptedException, IOException {
        return send(request, handler, (answer, _) -> answer);
    }

    /**
     * What {@code finish} makes of the handler's result for the first good answer. The handler sees
     * 2xx answers only and must read the whole body; it may be called several times. The worker is
     * free for another request when finish has returned.
     *
     * @throws TaskException it failed for good
     * @throws IOException of finish
     * @throws pfs.error.PfsException workers cannot be started
     */
    public <A, T> T send(Request request, WorkerClient.Handler<A> handler, Finish<A, T> finish)
            throws TaskException, InterruptedException, IOException {
        String avoid = null;
        String trouble = "";
        long busySince = 0;
        Duration total = pool.program().spec().limits().total();
        for (int attempt = 1; attempt <= MOST; ) {
            try (WorkerPool.Lease lease = pool.acquire(avoid, request.body().near())) {
                onPost.run();
                long start = System.nanoTime();
                switch (first(lease, request, handler)) {
                    case Outcome.Done<A>(A value) -> {
                        lease.succeeded();
                        return finish.finish(value, System.nanoTime() - start);
                    }
                    case Outcome.Failed<A>(String message) -> throw new TaskException(message);
                    case Outcome.Busy<A>(Optional<Long> retryAfter) -> {
                        lease.busy(retryAfter);
                        busySince = busySince == 0 ? System.nanoTime() : busySince;
                        if (System.nanoTime() - busySince > total.toNanos()) {
                            throw new TaskException(
                                    "the container answered 429 or 503 for "
                                            + total.toSeconds()
                                            + " s (limits.total)");
                        }
                        continue;
                    }
                }
            } catch (BrokenAnswerException e) {
                trouble = String.valueOf(e.getMessage());
                avoid = e.worker();
            }
            if (attempt < MOST) {
                Thread.sleep(delayMillis(attempt));
            }
            attempt++;
        }
        throw new TaskException("failed " + MOST + " times, the last time: " + trouble);
    }

    /** 0.5 s, doubled each time, to 30 s, with jitter of a half. */
    private long delayMillis(int attempt) {
        long base = Math.min(FIRST_DELAY_MILLIS << (attempt - 1), LONGEST_DELAY_MILLIS);
        return base / 2 + random.nextLong(base / 2 + 1);
    }

    /** What this worker comes to, or another one if that answers earlier. */
    private <T> Outcome<T> first(
            WorkerPool.Lease lease, Request request, WorkerClient.Handler<T> handler)
            throws BrokenAnswerException {
        try (Stragglers.Watched<Outcome<T>> watched =
                stragglers.watch(
                        request.target(),
                        lease.worker().name(),
                        other -> again(other, request, handler))) {
            try {
                Outcome<T> outcome = once(lease, request, handler);
                watched.answered();
                return watched.overtaken().orElse(outcome);
            } catch (BrokenAnswerException e) {
                return watched.overtaken().orElseThrow(() -> e);
            }
        }
    }

    private <T> Optional<Outcome<T>> again(
            WorkerPool.Lease other, Request request, WorkerClient.Handler<T> handler)
            throws BrokenAnswerException {
        onPost.run();
        Outcome<T> outcome = once(other, request, handler);
        return outcome instanceof Outcome.Done<T> ? Optional.of(outcome) : Optional.empty();
    }

    private <T> Outcome<T> once(
            WorkerPool.Lease lease, Request request, WorkerClient.Handler<T> handler)
            throws BrokenAnswerException {
        try {
            return lease.client().exchange(request, answer -> judge(answer, handler));
        } catch (BadAnswerException e) {
            return new Outcome.Failed<>(String.valueOf(e.getMessage()));
        } catch (BrokenAnswerException e) {
            throw explained(lease, e);
        } catch (IOException e) {
            throw new BrokenAnswerException(String.valueOf(e.getMessage()), e)
                    .of(lease.worker().name());
        }
    }

    private static BrokenAnswerException explained(
            WorkerPool.Lease lease, BrokenAnswerException e) {
        Worker worker = lease.worker();
        if (e.answered()) {
            return e.of(worker.name());
        }
        lease.retire();
        Optional<Worker.Exit> exit = awaitExit(worker);
        String message = e.getMessage();
        if (exit.isPresent()) {
            String words = worker.lastWords();
            message =
                    "the container "
                            + exit.get().text()
                            + (words.isEmpty() ? "" : "; it wrote:\n" + words);
        } else if (worker.lostProcessForMemory()) {
            message =
                    "a process of the container was killed because it ran out of memory"
                            + " (limits.memory): "
                            + message;
        }
        return new BrokenAnswerException(String.valueOf(message), e).of(worker.name());
    }

    /** A connection breaks a moment before the engine knows that the container is gone. */
    private static Optional<Worker.Exit> awaitExit(Worker worker) {
        Optional<Worker.Exit> exit = worker.exit();
        long deadline = System.nanoTime() + worker.exitDelay().toNanos();
        while (exit.isEmpty() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return exit;
            }
            exit = worker.exit();
        }
        return exit;
    }

    private static <T> Outcome<T> judge(Answer answer, WorkerClient.Handler<T> handler)
            throws IOException {
        int status = answer.status();
        if (status < 300) {
            return new Outcome.Done<>(handler.handle(answer));
        }
        if (status == 429 || status == 503) {
            bodyText(answer);
            return new Outcome.Busy<>(retryAfter(answer.header("Retry-After").orElse(null)));
        }
        String message = "the container answered " + status + bodyText(answer);
        if (status == 408 || status >= 500) {
            throw BrokenAnswerException.answered(message);
        }
        return new Outcome.Failed<>(message);
    }

    private static Optional<Long> retryAfter(@Nullable String header) {
        return header != null && header.matches("[0-9]{1,6}")
                ? Optional.of(Long.parseLong(header) * 1000)
                : Optional.empty();
    }

    private static String bodyText(Answer answer) {
        try {
            byte[] start = answer.body().readNBytes(SHOWN_BODY);
            answer.body().skip(1 << 20);
            String text = new String(start, StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? " with an empty body" : ": " + text;
        } catch (IOException e) {
            return "";
        }
    }
}
