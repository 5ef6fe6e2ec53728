package pfs.server.start;

import java.io.IOException;

/** What SIGTERM and Ctrl-C do: finish the requests in flight, close the store, exit with 0. */
final class Shutdown {
    private final HttpServer server;
    private final ServeCommand.Store store;

    Shutdown(HttpServer server, ServeCommand.Store store) {
        this.server = server;
        this.store = store;
    }

    void register() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::run, "shutdown"));
    }

    private void run() {
        int code = 0;
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
