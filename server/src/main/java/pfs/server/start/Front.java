package pfs.server.start;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketException;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pfs.server.http.JettyProblems;
import pfs.server.http.ReadingThreads;

/** The addresses that a server listens on, from start to stop, whatever answers behind them. */
public final class Front implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Front.class);

    /** Time for requests in flight, before the process is to be gone. */
    private static final long STOP_MILLIS = 7_000;

    private static final long HEAD_MILLIS = 20_000;
    private static final int PLATFORM_THREADS = 64;

    /** Runs what may wait. */
    public static final Executor WORKERS = Thread.ofVirtual().name("http-", 0)::start;

    private final Settings settings;
    private final Server server;

    private Front(Settings settings, Server server) {
        this.settings = settings;
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param handler answers all requests
     * @throws BindException naming the address that is taken
     */
    public static Front open(Settings settings, Handler handler) throws IOException {
        Server server = new Server(threads());
        server.setStopTimeout(STOP_MILLIS);
        server.setErrorHandler(new JettyProblems());
        server.setHandler(new GracefulHandler(handler));
        SlowHeads slow = new SlowHeads(server.getScheduler(), HEAD_MILLIS);
        server.addBean(slow);
        bind(server, settings, slow);
        server.addBean(new NetworkConnectionLimit(settings.limits().connections(), server));
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the HTTP server does not start: " + e.getMessage(), e);
        }
        return new Front(settings, server);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new ReadingThreads(PLATFORM_THREADS, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(WORKERS);
        return threads;
    }

    /** Opens every address; both loopbacks get the same port. */
    private static void bind(Server server, Settings settings, SlowHeads slow) throws IOException {
        int port = settings.listen().port();
        for (String address : settings.listen().addresses()) {
            ServerConnector connector = Connectors.of(server, settings);
            connector.setHost(address);
            connector.setPort(port);
            connector.addBean(slow, false);
            try {
                connector.open();
            } catch (BindException e) {
                if (address.equals("::1") && settings.listen().port() == 0) {
                    continue;
                }
                throw taken(address, port, e);
            } catch (SocketException e) {
                if (address.equals("::1")) {
                    LOG.debug("no IPv6 here", e);
                    continue;
                }
                throw e;
            } catch (IOException e) {
                if (e.getCause() instanceof BindException) {
                    throw taken(address, port, e);
                }
                throw e;
            }
            server.addConnector(connector);
            port = connector.getLocalPort();
        }
    }

    private static BindException taken(String address, int port, IOException e) {
        Throwable cause = e.getCause() instanceof BindException bind ? bind : e;
        BindException better =
                new BindException(
                        "cannot listen on "
                                + address
                                + ":"
                                + port
                                + ": "
                                + cause.getMessage()
                                + "; choose another with --listen HOST:PORT");
        better.initCause(e);
        return better;
    }

    public int port() {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }

    /** What to type to reach it. */
    public String url() {
        String host = settings.listen().host();
        if (host.equals("0.0.0.0") || host.equals("::")) {
            host = "localhost";
        }
        String name = host.contains(":") ? "[" + host + "]" : host;
        return (settings.tls() == null ? "http://" : "https://") + name + ":" + port();
    }

    /** Takes no new requests, and waits a few seconds for those in flight. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("the HTTP server stopped with requests in flight: {}", e.getMessage());
        }
    }
}
