package pfs.server.start;

import java.io.IOException;
import java.net.BindException;
import java.time.InstantSource;
import pfs.repo.Repos;
import pfs.server.http.RouteTable;

/** The server of one store: its repos behind HTTP, from start to stop. */
public final class HttpServer implements AutoCloseable {
    private final Serving serving;
    private final Front front;

    private HttpServer(Serving serving, Front front) {
        this.serving = serving;
        this.front = front;
    }

    /**
     * Starts to serve.
     *
     * @param repos stay the caller's to close, after this
     * @throws BindException naming the address that is taken
     */
    public static HttpServer start(
            Repos repos, Settings settings, InstantSource clock, Additions additions)
            throws IOException {
        Serving serving = new Serving(repos, settings, clock, additions);
        Front front = Front.open(settings, serving.handler());
        serving.begin(front.url());
        return new HttpServer(serving, front);
    }

    public RouteTable routes() {
        return serving.routes();
    }

    public int port() {
        return front.port();
    }

    /** What to type to reach it. */
    public String url() {
        return front.url();
    }

    /** Takes no new requests, and waits a few seconds for those in flight. */
    @Override
    public void close() {
        serving.close();
        front.close();
    }
}
