package pfs.pack.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Connections to the store, by Apache's client as in the SDK's own use of it, but for the size of
 * what is written at once: that one hands a body to the kernel, and so to the store, in pieces of 8
 * KiB, and each costs both sides as much as one of 128 KiB. It repeats and follows nothing.
 * Thread-safe.
 */
final class StoreHttp implements SdkHttpClient {
    /** At once. */
    static final int CONNECTIONS = 128;

    /** Bytes of a body that are written at once: what the JDK hands to the kernel at most. */
    private static final int PIECE = 128 << 10;

    /** Bytes that are gathered for one write, as a head and a short body; twice a connection. */
    private static final int BUFFER = 32 << 10;

    private static final TimeValue IDLE = TimeValue.ofSeconds(60);

    private final CloseableHttpClient client;

    /**
     * @param silence how long the store may take to be connected to, or to answer
     */
    StoreHttp(Duration silence) {
        Timeout timeout = Timeout.of(silence);
        this.client =
                HttpClientBuilder.create()
                        .setConnectionManager(connections(timeout))
                        .setDefaultRequestConfig(
                                RequestConfig.custom()
                                        .setConnectionRequestTimeout(timeout)
                                        .setResponseTimeout(timeout)
                                        .setProtocolUpgradeEnabled(false)
                                        .build())
                        .disableAutomaticRetries()
                        .disableRedirectHandling()
                        .disableCookieManagement()
                        .disableAuthCaching()
                        .disableContentCompression()
                        .disableDefaultUserAgent()
                        .evictIdleConnections(IDLE)
                        .build();
    }

    private static HttpClientConnectionManager connections(Timeout timeout) {
        Http1Config buffers = Http1Config.custom().setBufferSize(BUFFER).build();
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(
                        ManagedHttpClientConnectionFactory.builder().http1Config(buffers).build())
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .setDefaultSocketConfig(
                        SocketConfig.custom().setTcpNoDelay(true).setSoTimeout(timeout).build())
                .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                                .setConnectTimeout(timeout)
                                .setSocketTimeout(timeout)
                                .build())
                .build();
    }

    /** A builder of it, as the SDK wants one, which then closes what was built. */
    static SdkHttpClient.Builder<?> builder(Duration silence) {
        return new Builder(silence);
    }

    private static final class Builder implements SdkHttpClient.Builder<Builder> {
        private final Duration silence;

        Builder(Duration silence) {
            this.silence = silence;
        }

        @Override
        public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
            return new StoreHttp(silence);
        }
    }

    @Override
    public String clientName() {
        return "Apache5";
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        HttpUriRequestBase prepared = prepared(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return answer(prepared, open(prepared));
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    private ClassicHttpResponse open(HttpUriRequestBase request) throws IOException {
        try {
            return client.executeOpen(RoutingSupport.determineHost(request), request, null);
        } catch (HttpException e) {
            throw new IOException("the store's address has no host", e);
        }
    }

    private static HttpUriRequestBase prepared(HttpExecuteRequest request) {
        SdkHttpRequest asked = request.httpRequest();
        HttpUriRequestBase prepared = new HttpUriRequestBase(asked.method().name(), asked.getUri());
        asked.forEachHeader(
                (name, values) -> {
                    // the client writes this one by what it sends
                    if (!name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
                        values.forEach(value -> prepared.addHeader(name, value));
                    }
                });
        request.contentStreamProvider()
                .ifPresent(
                        content -> {
                            long length =
                                    asked.firstMatchingHeader(HttpHeaders.CONTENT_LENGTH)
                                            .map(Long::parseLong)
                                            .orElse(-1L);
                            prepared.setEntity(new Body(content, length));
                        });
        return prepared;
    }

    private static HttpExecuteResponse answer(
            HttpUriRequestBase request, ClassicHttpResponse response) throws IOException {
        SdkHttpFullResponse.Builder head =
                SdkHttpFullResponse.builder()
                        .statusCode(response.getCode())
                        .statusText(response.getReasonPhrase());
        for (Header header : response.getHeaders()) {
            head.appendHeader(header.getName(), header.getValue());
        }
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            response.close();
            return HttpExecuteResponse.builder().response(head.build()).build();
        }
        // read to its end or closed it gives the connection back
        AbortableInputStream body =
                AbortableInputStream.create(entity.getContent(), request::abort);
        return HttpExecuteResponse.builder().response(head.build()).responseBody(body).build();
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            System.getLogger(StoreHttp.class.getName())
                    .log(System.Logger.Level.DEBUG, "connections end by themselves", e);
        }
    }

    /** A body that is written in large pieces. */
    private static final class Body extends AbstractHttpEntity {
        private final ContentStreamProvider content;
        private final long length;

        Body(ContentStreamProvider content, long length) {
            super((String) null, null);
            this.content = content;
            this.length = length;
        }

        @Override
        public long getContentLength() {
            return length;
        }

        @Override
        public InputStream getContent() {
            return content.newStream();
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public boolean isRepeatable() {
            return true;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            int size = length < 0 ? PIECE : (int) Math.min(PIECE, length);
            byte[] piece = new byte[size];
            try (InputStream in = content.newStream()) {
                for (int count = in.readNBytes(piece, 0, size);
                        count > 0;
                        count = in.readNBytes(piece, 0, size)) {
                    out.write(piece, 0, count);
                }
            }
        }

        @Override
        public void close() {}
    }
}
