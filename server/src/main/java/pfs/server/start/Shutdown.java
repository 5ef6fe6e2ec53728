package pfs.server.start;

import java.io.IOException;
import java.time.Duration;
import pfs.jobs.Jobs;

/** What SIGTERM and Ctrl-C do: finish the requests in flight, close the store, exit with 0. */
final class Shutdown {
    private static final Duration JOBS_PATIENCE = Duration.ofSeconds(8);

    private final HttpServer server;
    private final ServeCommand.Store store;
    private final Jobs jobs;

    Shutdown(HttpServer server, Jobs jobs, ServeCommand.Store store) {
        this.server = server;
        this.jobs = jobs;
        this.store = store;
    }

    void register() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::run, "shutdown"));
    }

    private void run() {
        int code = 0;
        long start = System.nanoTime();
        // Beside the server's end, since requests may wait for runs; runs go on with the next
        // start.
        Thread ending = Thread.ofVirtual().name("end of jobs").start(jobs::close);
        server.close();
        awaitJobs(ending, JOBS_PATIENCE.minusNanos(System.nanoTime() - start));
        try {
            store.close();
        } catch (IOException | RuntimeException e) {
            System.err.println("pfs serve: the store did not close: " + e.getMessage());
            code = 1;
        }
        // The JVM would answer 143 to a SIGTERM; a server that was told to stop, and did, is fine.
        Runtime.getRuntime().halt(code);
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
