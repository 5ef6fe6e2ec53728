package pfs.server.shared;

import static java.nio.charset.StandardCharsets.UTF_8;
import static pfs.server.http.Right.ADMIN;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.SpecJson;
import pfs.server.http.Exchange;
import pfs.server.http.Route;
import pfs.server.http.Routes;

/**
 * Starts workers for the leader. The answer is the worker's life, a line each: its name, what it
 * writes, an empty line twice a second, how it ended. When nobody reads it any more, the worker is
 * killed: so none outlives the server that wanted it.
 *
 * <pre>
 * worker NAME
 * log LINE
 * unread WHY           a place in the store, which the leader named, cannot be read here
 * memory               the kernel killed one of its processes for want of memory
 * exit CODE true|false and whether it ran out of memory
 * </pre>
 */
final class WorkerRoutes {
    private static final int MOST_LINES = 10_000;
    private static final long BEAT_MILLIS = 500;

    private final Runtime runtime;
    private final StartedWorkers started;
    private final String server;

    private WorkerRoutes(Runtime runtime, StartedWorkers started, String server) {
        this.runtime = runtime;
        this.started = started;
        this.server = server;
    }

    /**
     * @param server what workers' names begin with
     */
    static List<Route> of(Runtime runtime, StartedWorkers started, String server) {
        WorkerRoutes routes = new WorkerRoutes(runtime, started, server);
        return Routes.ofServer()
                .post(
                        "/cluster/workers",
                        ADMIN,
                        routes::start,
                        "Run a worker for as long as the answer is read",
                        "program")
                .list();
    }

    private void start(Exchange exchange) throws IOException {
        String wanted = exchange.query().require("program");
        Runtime.Program program =
                runtime.resolve(SpecJson.decode(exchange.body().all(SpecJson.MAX_BYTES)));
        if (!program.id().equals(wanted)) {
            throw new PfsException(
                    ErrorCode.IMPOSSIBLE,
                    "the program is "
                            + program.id()
                            + " on this server, and "
                            + wanted
                            + " where the run is");
        }
        BlockingQueue<String> lines = new LinkedBlockingQueue<>(MOST_LINES);
        // Who does not read fast enough loses lines, not the worker.
        Worker worker = runtime.start(program, (_, line) -> lines.offer("log " + line));
        String name = server + "-" + worker.name();
        started.add(name, worker, why -> lines.offer("unread " + why.replace('\n', ' ')));
        try {
            exchange.headersOut().put(Exchange.NO_STORE);
            exchange.headersOut().put(StartedWorkers.FRAMES, "1");
            lines.add("worker " + name);
            exchange.streamLive(200, Exchange.TEXT, out -> tell(out, worker, lines));
        } finally {
            started.remove(name);
            worker.close();
        }
    }

    private static void tell(OutputStream out, Worker worker, BlockingQueue<String> lines)
            throws IOException {
        while (true) {
            Optional<Worker.Exit> exit = worker.exit();
            String line = next(lines);
            while (line != null) {
                write(out, line);
                line = lines.poll();
            }
            if (worker.lostProcessForMemory()) {
                write(out, "memory");
            }
            if (exit.isPresent()) {
                write(out, "exit " + exit.get().code() + " " + exit.get().outOfMemory());
                out.flush();
                return;
            }
            write(out, "");
            out.flush();
        }
    }

    private static @org.jspecify.annotations.Nullable String next(BlockingQueue<String> lines)
            throws IOException {
        try {
            return lines.poll(BEAT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a worker ran", e);
        }
    }

    private static void write(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(UTF_8));
    }
}
