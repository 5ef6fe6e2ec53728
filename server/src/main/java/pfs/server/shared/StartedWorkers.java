package pfs.server.shared;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ConnectHandler;
import org.eclipse.jetty.util.Promise;
import pfs.jobs.runtime.Worker;
import pfs.server.http.Gate;
import pfs.server.http.Refusal;
import pfs.server.http.Right;
import pfs.server.start.Front;

/**
 * The workers that run here for the leader, and the ways to them: {@code CONNECT NAME:1} makes a
 * connection a line to that worker, for whoever has the right of an admin, and to nothing else.
 * Thread-safe.
 */
final class StartedWorkers extends ConnectHandler {
    private static final Duration DIALLING = Duration.ofSeconds(10);

    private final Map<String, Worker> workers = new ConcurrentHashMap<>();
    private final Gate gate;

    /**
     * @param next answers all other requests
     */
    StartedWorkers(Handler next, Gate gate) {
        super(next);
        this.gate = gate;
        // a worker may think for as long as its job's limits say
        setIdleTimeout(-1);
    }

    void add(String name, Worker worker) {
        workers.put(name, worker);
    }

    void remove(String name) {
        workers.remove(name);
    }

    @Override
    protected boolean handleAuthentication(Request request, Response response, String address) {
        try {
            gate.authorize(request, Right.ADMIN, null);
            return true;
        } catch (Refusal e) {
            return false;
        }
    }

    @Override
    protected void connectToServer(
            Request request, String host, int port, Promise<SocketChannel> promise) {
        Worker worker = workers.get(host);
        if (worker == null) {
            promise.failed(new ConnectException("no worker '" + host + "' runs here"));
            return;
        }
        Front.WORKERS.execute(
                () -> {
                    try {
                        SocketChannel channel = worker.dialer().dial(DIALLING);
                        channel.configureBlocking(false);
                        promise.succeeded(channel);
                    } catch (IOException e) {
                        promise.failed(e);
                    }
                });
    }
}
