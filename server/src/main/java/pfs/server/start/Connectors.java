package pfs.server.start;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import pfs.server.http.ReadEndPoint;

/** Jetty's connectors: HTTP/1.1 and HTTP/2 on one port, in the clear or over TLS. */
final class Connectors {
    /** Bytes of a request's line and headers. */
    private static final int HEAD = 32 * 1024;

    private static final int BUFFER = 32 * 1024;

    /** Threads that read requests and give the answers that need no wait. */
    private static final int SELECTORS =
            Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);

    private Connectors() {}

    static ServerConnector of(Server server, Settings settings) throws IOException {
        List<ConnectionFactory> factories = factories(settings.tls());
        ServerConnector connector =
                new ServerConnector(
                        server,
                        (Executor) null,
                        null,
                        null,
                        1,
                        SELECTORS,
                        factories.toArray(ConnectionFactory[]::new)) {
                    @Override
                    protected ReadEndPoint newEndPoint(
                            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
                        var endPoint = new ReadEndPoint(channel, selector, key, getScheduler());
                        endPoint.setIdleTimeout(getIdleTimeout());
                        return endPoint;
                    }
                };
        connector.setIdleTimeout(settings.limits().idleMillis());
        connector.setAcceptQueueSize(1024);
        connector.setReuseAddress(true);
        return connector;
    }

    /** HTTP/1.1 and HTTP/2, which a client without TLS upgrades to or begins with. */
    private static List<ConnectionFactory> factories(Settings.@Nullable Tls tls)
            throws IOException {
        HttpConfiguration http = configuration();
        HttpConnectionFactory one = new HttpConnectionFactory(http);
        one.setInputBufferSize(BUFFER);
        if (tls == null) {
            return List.of(one, new HTTP2CServerConnectionFactory(http));
        }
        SecureRequestCustomizer secure = new SecureRequestCustomizer();
        secure.setSniHostCheck(false);
        http.addCustomizer(secure);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
        alpn.setDefaultProtocol("http/1.1");
        return List.of(
                new SslConnectionFactory(context(tls), alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                one);
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEAD);
        http.setResponseHeaderSize(HEAD);
        http.setHttpCompliance(HttpCompliance.STRICT);
        // The routes match the raw path and decode it once themselves, so nothing is ambiguous.
        http.setUriCompliance(
                UriCompliance.UNSAFE.without(
                        "pfs",
                        UriCompliance.Violation.USER_INFO,
                        UriCompliance.Violation.FRAGMENT));
        http.setRelativeRedirectAllowed(true);
        return http;
    }

    private static SslContextFactory.Server context(Settings.Tls tls) throws IOException {
        String password = "in memory";
        KeyStore keys = Pem.keyStore(tls.certificate(), tls.key(), password.toCharArray());
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStore(keys);
        context.setKeyStorePassword(password);
        context.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        return context;
    }
}
