package pfs.server.shared;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ConnectHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;
import pfs.jobs.runtime.Worker;
import pfs.server.http.Gate;
import pfs.server.http.Refusal;
import pfs.server.http.Right;
import pfs.server.start.Front;

/**
 * The workers that run here for the leader, and the ways to them: {@code CONNECT NAME:1} makes a
 * connection a line to that worker, for whoever has the right of an admin, and to nothing else.
 * With the header {@value #FRAMES} what is written to it are frames, as the job engine's dialers
 * write where they refer to what is stored. Thread-safe.
 */
final class StartedWorkers extends ConnectHandler {
    /**
     * The header of a line that carries frames, and of the answer of a server that takes such
     * lines; any value will do.
     */
    static final String FRAMES = "Pfs-Frames";

    private static final Duration DIALLING = Duration.ofSeconds(10);
    private static final int BUFFER = 64 << 10;

    private final Map<String, Started> workers = new ConcurrentHashMap<>();
    private final Gate gate;
    private final FramedLine.Reader objects;

    /** A worker, and who is told what cannot be read for it. */
    private record Started(Worker worker, Consumer<String> unread) {}

    /**
     * @param next answers all other requests
     * @param objects reads what is stored
     */
    StartedWorkers(Handler next, Gate gate, FramedLine.Reader objects) {
        super(next);
        this.gate = gate;
        this.objects = objects;
        setBufferSize(BUFFER);
        // a worker may think for as long as its job's limits say
        setIdleTimeout(-1);
    }

    /**
     * @param unread is told why something that is stored cannot be read here
     */
    void add(String name, Worker worker, Consumer<String> unread) {
        workers.put(name, new Started(worker, unread));
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
        Started started = workers.get(host);
        if (started == null) {
            promise.failed(new ConnectException("no worker '" + host + "' runs here"));
            return;
        }
        Front.WORKERS.execute(
                () -> {
                    try {
                        SocketChannel channel = started.worker.dialer().dial(DIALLING);
                        channel.configureBlocking(false);
                        promise.succeeded(channel);
                    } catch (IOException e) {
                        promise.failed(e);
                    }
                });
    }

    @Override
    protected void prepareContext(Request request, ConcurrentMap<String, Object> context) {
        Started started = workers.get(String.valueOf(request.getHttpURI().getHost()));
        if (started != null && request.getHeaders().contains(FRAMES)) {
            context.put(FRAMES, started);
        }
    }

    @Override
    protected DownstreamConnection newDownstreamConnection(
            EndPoint endPoint, ConcurrentMap<String, Object> context) {
        return context.get(FRAMES) instanceof Started started
                ? new Framed(endPoint, context, started.unread)
                : super.newDownstreamConnection(endPoint, context);
    }

    /** The leader's end of a line that carries frames. */
    private final class Framed extends DownstreamConnection {
        private final Consumer<String> unread;
        private @Nullable FramedLine line;

        Framed(EndPoint endPoint, ConcurrentMap<String, Object> context, Consumer<String> unread) {
            super(
                    endPoint,
                    StartedWorkers.this.getExecutor(),
                    StartedWorkers.this.getByteBufferPool(),
                    context);
            this.unread = unread;
        }

        @Override
        protected void write(EndPoint worker, ByteBuffer piece, Callback callback) {
            FramedLine known = line;
            if (known == null) {
                known = new FramedLine(objects, worker, unread);
                line = known;
            }
            known.write(piece, callback);
        }
    }
}
