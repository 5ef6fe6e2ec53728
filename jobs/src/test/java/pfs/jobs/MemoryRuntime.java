package pfs.jobs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import pfs.jobs.runtime.Runtime;
import pfs.jobs.runtime.Worker;
import pfs.jobs.spec.JobSpec;
import pfs.jobs.worker.Dialer;

/** Workers as HTTP servers of this JVM, which do what a test tells them. */
final class MemoryRuntime implements Runtime {
    private final AtomicInteger count = new AtomicInteger();
    final List<MemoryWorker> workers = new CopyOnWriteArrayList<>();
    final AtomicInteger posts = new AtomicInteger();
    volatile String image = "sha256:1";
    volatile Handler handler;
    volatile Handler health = (exchange, _, _) -> answer(exchange, 200, null, new byte[0]);

    /** What a worker does with a POST. */
    interface Handler {
        void handle(HttpExchange exchange, String path, byte[] body) throws IOException;
    }

    MemoryRuntime(Handler handler) {
        this.handler = handler;
    }

    static void answer(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        if (type != null) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public String kind() {
        return "memory";
    }

    @Override
    public Program resolve(JobSpec spec) {
        return new Program(image, "test/jvm", spec);
    }

    @Override
    public Worker start(Program program, LogSink log) {
        try {
            MemoryWorker worker = new MemoryWorker("m" + count.incrementAndGet());
            log.line(worker.name, "started");
            workers.add(worker);
            return worker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void sweep() {}

    @Override
    public void close() {
        workers.forEach(MemoryWorker::close);
    }

    final class MemoryWorker implements Worker {
        private final String name;
        private final HttpServer server;
        private volatile boolean dead;

        MemoryWorker(String name) throws IOException {
            this.name = name;
            this.server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/", this::serve);
            server.start();
        }

        private void serve(HttpExchange exchange) throws IOException {
            if (exchange.getRequestURI().getPath().equals("/health")) {
                health.handle(exchange, "/health", new byte[0]);
                return;
            }
            posts.incrementAndGet();
            byte[] body = exchange.getRequestBody().readAllBytes();
            handler.handle(exchange, exchange.getRequestURI().getPath(), body);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Dialer dialer() {
            return timeout -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().connect(server.getAddress(), (int) timeout.toMillis());
                return channel;
            };
        }

        @Override
        public Optional<Exit> exit() {
            return dead ? Optional.of(new Exit(137, false)) : Optional.empty();
        }

        @Override
        public String lastWords() {
            return "last words of " + name;
        }

        @Override
        public void close() {
            dead = true;
            // It waits for its handlers, which a container's end does not.
            Thread.ofVirtual().start(() -> server.stop(0));
        }
    }
}
