package pfs.server.start;

import java.time.Duration;
import pfs.jobs.Jobs;

/** What SIGTERM and Ctrl-C do: finish the requests in flight, close the store, exit with 0. */
final class Shutdown {
    private static final Duration JOBS_PATIENCE = Duration.ofSeconds(8);

    private final Runnable requests;
    private final AutoCloseable store;

    /**
     * @param requests ends what is in flight
     * @param store is closed then
     */
    private Shutdown(Runnable requests, AutoCloseable store) {
        this.requests = requests;
        this.store = store;
    }

    static Shutdown of(HttpServer server, Jobs jobs, ServeCommand.Store store) {
        return new Shutdown(() -> end(server, jobs), store::close);
    }

    static Shutdown of(Running running) {
        return new Shutdown(() -> {}, running);
    }

    void register() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::run, "shutdown"));
    }

    private void run() {
        int code = 0;
        requests.run();
        try {
            store.close();
        } catch (Exception e) {
            System.err.println("pfs serve: the store did not close: " + e.getMessage());
            code = 1;
        }
        // The JVM would answer 143 to a SIGTERM; a server that was told to stop, and did, is fine.
        Runtime.getRuntime().halt(code);
    }

    private static void end(HttpServer server, Jobs jobs) {
        long start = System.nanoTime();
        // Beside the server's end, since requests may wait for runs; runs go on with the next
        // start.
        Thread ending = Thread.ofVirtual().name("end of jobs").start(jobs::close);
        server.close();
        awaitJobs(ending, JOBS_PATIENCE.minusNanos(System.nanoTime() - start));
    }

    /** An engine that dawdles is not waited for: what it keeps is removed with the next start. */
    private static void awaitJobs(Thread ending, Duration patience) {
        try {
            if (!ending.join(patience)) {
                System.err.println("pfs serve: workers are left; the next start ends them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
