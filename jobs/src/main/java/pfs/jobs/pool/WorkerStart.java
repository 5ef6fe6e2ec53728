package pfs.jobs.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.worker.BadAnswerException;
import pfs.jobs.worker.Request;
import pfs.jobs.worker.Watchdog;
import pfs.jobs.worker.WorkerClient;

/**
 * Starts workers of one program and waits until they are ready. Thread-safe.
 *
 * @param stopped whether nobody wants them any more
 */
record WorkerStart(
        Runtime runtime,
        Runtime.Program program,
        Watchdog watchdog,
        Runtime.LogSink log,
        BooleanSupplier stopped) {
    private static final Duration HEALTHY = Duration.ofSeconds(60);
    private static final Duration ENGINE_PATIENCE = Duration.ofSeconds(60);
    private static final long HEALTH_OUTPUT = 1 << 20;

    /**
     * @throws PfsException it cannot be started, or is not ready in time
     */
    PooledWorker start() {
        long deadline = System.nanoTime() + ENGINE_PATIENCE.toNanos();
        while (true) {
            try {
                Worker worker = runtime.start(program, log);
                return awaitHealth(worker);
            } catch (PfsException e) {
                // An engine that restarts is worth waiting for; a refusal is not.
                if (e.code() != ErrorCode.STOPPED
                        || System.nanoTime() > deadline
                        || stopped.getAsBoolean()) {
                    throw e;
                }
                pause(500);
            }
        }
    }

    private PooledWorker awaitHealth(Worker worker) {
        WorkerClient probe =
                new WorkerClient(
                        worker.dialer(),
                        watchdog,
                        new WorkerClient.Timeouts(
                                Duration.ofSeconds(10), Duration.ofSeconds(10), HEALTH_OUTPUT));
        long start = System.nanoTime();
        long pause = 2;
        String last = "";
        try {
            while (System.nanoTime() - start < HEALTHY.toNanos() && !stopped.getAsBoolean()) {
                last = obstacle(probe);
                if (last.isEmpty()) {
                    return healthy(worker);
                }
                Optional<Worker.Exit> exit = pause > 30 ? worker.exit() : Optional.empty();
                if (exit.isPresent()) {
                    throw unhealthy(worker, "the container " + exit.get().text());
                }
                pause(pause);
                pause = Math.min(pause * 2, 100);
            }
        } finally {
            probe.close();
        }
        throw unhealthy(
                worker,
                "the container was not ready within " + HEALTHY.toSeconds() + " s: " + last);
    }

    /** Why a worker is not ready; "" if it is: any answer but 503 will do. */
    private static String obstacle(WorkerClient probe) {
        try {
            int status = probe.exchange(Request.get("/health"), a -> a.status());
            return status == 503 ? "GET /health answers 503" : "";
        } catch (BadAnswerException e) {
            String message = String.valueOf(e.getMessage());
            return message.startsWith("the answer has neither") ? "" : message;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private PooledWorker healthy(Worker worker) {
        var limits = program.spec().limits();
        return new PooledWorker(
                worker,
                new WorkerClient(
                        worker.dialer(),
                        watchdog,
                        new WorkerClient.Timeouts(limits.idle(), limits.total(), limits.output())),
                program.spec().concurrency());
    }

    private static PfsException unhealthy(Worker worker, String what) {
        worker.close();
        String words = worker.lastWords();
        return new PfsException(
                ErrorCode.IMPOSSIBLE,
                what + (words.isEmpty() ? "; it wrote nothing" : "; it wrote:\n" + words));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PfsException(ErrorCode.STOPPED, "interrupted while starting a worker");
        }
    }
}
