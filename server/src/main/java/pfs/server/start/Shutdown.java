package pfs.server.start;

import java.io.IOException;
import pfs.jobs.Jobs;

/** What SIGTERM and Ctrl-C do: finish the requests in flight, close the store, exit with 0. */
final class Shutdown {
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
        // First, since requests may wait for runs; the runs go on with the next start.
        jobs.close();
        server.close();
        try {
            store.close();
        } catch (IOException | RuntimeException e) {
            System.err.println("pfs serve: the store did not close: " + e.getMessage());
            code = 1;
        }
        // The JVM would answer 143 to a SIGTERM; a server that was told to stop, and did, is fine.
        Runtime.getRuntime().halt(code);
    }
}
