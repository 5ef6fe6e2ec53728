package pfs.client.http;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** One connection to a server, for one exchange at a time. Not thread-safe. */
final class Connection implements Closeable {
    private static final int CONNECT_MILLIS = 10_000;

    /** How long to wait for 100 Continue before sending the body anyway. */
    private static final int CONTINUE_MILLIS = 1_000;

    /** Bodies from this many bytes on ask first, so that a refusal costs nothing. */
    private static final long ASK_FIRST = 1 << 20;

    private static final int BUFFER = 64 * 1024;

    private final Endpoint endpoint;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private boolean used;

    private Connection(Endpoint endpoint, Socket socket) throws IOException {
        this.endpoint = endpoint;
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
    }

    /** Tries each address of the host in turn. */
    static Connection open(Endpoint endpoint) throws IOException {
        IOException last = new ConnectException("no address");
        for (InetAddress address : InetAddress.getAllByName(endpoint.host())) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(new InetSocketAddress(address, endpoint.port()), CONNECT_MILLIS);
                return new Connection(
                        endpoint, endpoint.secure() ? secure(socket, endpoint) : socket);
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private static Socket secure(Socket plain, Endpoint endpoint) throws IOException {
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket =
                (SSLSocket) factory.createSocket(plain, endpoint.host(), endpoint.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /** True if it has served before, so that the server may have closed it meanwhile. */
    boolean used() {
        return used;
    }

    /**
     * Sends a request and reads the answer's head.
     *
     * @param idle takes the connection back when the answer was read to its end
     * @param millis the longest silence; 0 for any
     */
    Response exchange(
            Request request, Map<String, String> more, int millis, Consumer<Connection> idle)
            throws IOException {
        socket.setSoTimeout(millis);
        boolean ask = request.body().length() < 0 || request.body().length() >= ASK_FIRST;
        writeHead(request, more, ask);
        HeadReader head = new HeadReader(in);
        int status = ask ? statusOrContinue(head, millis) : 0;
        if (status == 0 || status == 100) {
            if (status == 100) {
                head.headers();
            }
            IOException cut = writeBody(request.body());
            try {
                status = head.status();
            } catch (IOException e) {
                throw cut == null ? e : cut;
            }
        }
        while (status < 200) {
            head.headers();
            status = head.status();
        }
        used = true;
        return answer(request, status, head.headers(), idle);
    }

    private void writeHead(Request request, Map<String, String> more, boolean ask)
            throws IOException {
        StringBuilder head = new StringBuilder(512);
        head.append(request.method()).append(' ').append(endpoint.base()).append(request.target());
        head.append(" HTTP/1.1\r\nHost: ").append(endpoint.authority()).append("\r\n");
        more.forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
        request.headers().forEach((k, v) -> head.append(k).append(": ").append(v).append("\r\n"));
        long length = request.body().length();
        if (length < 0) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (length > 0
                || request.method().equals("POST")
                || request.method().equals("PUT")) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        if (ask) {
            head.append("Expect: 100-continue\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        if (ask) {
            out.flush();
        }
    }

    /** The status that came instead of the body's invitation, or 0 if nothing came in time. */
    private int statusOrContinue(HeadReader head, int millis) throws IOException {
        socket.setSoTimeout(CONTINUE_MILLIS);
        try {
            in.mark(1);
            int first = in.read();
            if (first < 0) {
                throw new java.io.EOFException("the server closed the connection");
            }
            in.reset();
        } catch (SocketTimeoutException e) {
            return 0;
        } finally {
            socket.setSoTimeout(millis);
        }
        return head.status();
    }

    /** The failure, if the server stopped reading: its answer may be there all the same. */
    private @org.jspecify.annotations.Nullable IOException writeBody(Body body) throws IOException {
        Guard guard = new Guard(out);
        try {
            if (body.length() < 0) {
                ChunkedOutput chunks = new ChunkedOutput(guard);
                body.writeTo(chunks);
                chunks.finish();
            } else {
                body.writeTo(guard);
            }
            guard.flush();
            return null;
        } catch (IOException e) {
            if (guard.failed()) {
                return e;
            }
            throw e; // the source failed, not the connection
        }
    }

    private Response answer(
            Request request, int status, Map<String, String> headers, Consumer<Connection> idle) {
        boolean keep = !"close".equalsIgnoreCase(headers.getOrDefault("connection", ""));
        InputStream body;
        String length = headers.get("content-length");
        if (request.method().equals("HEAD") || status == 204 || status == 304) {
            body = InputStream.nullInputStream();
        } else if ("chunked".equalsIgnoreCase(headers.getOrDefault("transfer-encoding", ""))) {
            body = new ChunkedBody(in);
        } else if (length != null) {
            body = new LengthBody(in, Long.parseLong(length.strip()));
        } else {
            keep = false;
            body = in;
        }
        boolean reusable = keep;
        return new Response(status, headers, body, () -> release(body, reusable, idle));
    }

    private void release(InputStream body, boolean reusable, Consumer<Connection> idle) {
        try {
            if (reusable && body.skip(BUFFER) < BUFFER && body.read() < 0) {
                idle.accept(this);
                return;
            }
        } catch (IOException e) {
            // it is of no further use
        }
        close();
    }

    boolean closed() {
        return socket.isClosed();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is lost with it
        }
    }
}
