package pfs.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;

/** One request and its answer, as the routes see them. Not thread-safe. */
public final class Exchange {
    public static final HttpField TEXT =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    public static final HttpField JSON =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    public static final HttpField NO_CACHE =
            new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-cache");
    public static final HttpField NO_STORE =
            new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    public static final HttpField NO_SNIFF =
            new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int MAX_FORM = 64 * 1024;

    private final Request request;
    private final Response response;
    private final Body body;
    private final boolean head;
    private final long rate;
    private RouteTable.@Nullable Match match;
    private @Nullable Query query;
    private String caller = "anonymous";
    private @Nullable Gate gate;
    private long sent;
    private @Nullable ByteBuffer now;
    private @Nullable Later<?> later;

    Exchange(Request request, Response response, Limits limits) {
        this.request = request;
        this.response = response;
        this.body = new Body(request, limits);
        this.rate = limits.rate();
        this.head = request.getMethod().equals("HEAD");
    }

    // ---- the request

    void matched(RouteTable.Match found) {
        match = found;
    }

    void calledBy(String name) {
        caller = name;
    }

    void guardedBy(Gate guard) {
        gate = guard;
    }

    /** Refuses a caller without that right to another repo than the path's. */
    public void require(Right right, String otherRepo) {
        if (gate != null) {
            gate.authorize(request, right, otherRepo);
        }
    }

    /** Who asks: the name of his token, or "anonymous". */
    public String caller() {
        return caller;
    }

    public boolean head() {
        return head;
    }

    public String method() {
        return request.getMethod();
    }

    /** The path as it was sent, neither decoded nor normalised. */
    public String rawPath() {
        String path = request.getHttpURI().getPath();
        return path == null ? "" : path;
    }

    /** The repo named in the path; {@code default} if none is. */
    public String repo() {
        String name = match == null ? null : match.repo();
        return name == null ? "default" : name;
    }

    /** What stands before the noun of the path: "" or {@code /repos/NAME}. */
    public String prefix() {
        return match == null || match.repo() == null ? "" : "/repos/" + match.repo();
    }

    /** The decoded value of a variable of the route's path. */
    public String variable(String name) {
        if (match == null) {
            throw new IllegalStateException("no route has matched");
        }
        return match.value(name);
    }

    public Query query() {
        Query parsed = query;
        if (parsed == null) {
            parsed = Query.parse(request.getHttpURI().getQuery());
            query = parsed;
        }
        return parsed;
    }

    /**
     * The query, and the body's fields if it is a form ({@code curl -d message=…}): for routes
     * whose body means nothing else. Reads the body.
     */
    public Query fields() throws IOException {
        String type = header(HttpHeader.CONTENT_TYPE);
        if (type == null || !type.startsWith(FORM) || !body.present()) {
            return query();
        }
        Query form = Query.parse(new String(body.all(MAX_FORM), StandardCharsets.UTF_8));
        query = query().and(form);
        return query();
    }

    public HttpFields headers() {
        return request.getHeaders();
    }

    public @Nullable String header(HttpHeader name) {
        return request.getHeaders().get(name);
    }

    public Body body() {
        return body;
    }

    public Form form() {
        return Form.of(header(HttpHeader.ACCEPT));
    }

    /** The host and port that the client asked for. */
    public String authority() {
        String authority = request.getHttpURI().getAuthority();
        return authority == null ? "localhost" : authority;
    }

    public @Nullable String rawQuery() {
        return request.getHttpURI().getQuery();
    }

    /** This request's URL with another {@code after=}: the next page. */
    public String pageAfter(String after) {
        StringBuilder url = new StringBuilder(rawPath()).append('?');
        String raw = rawQuery();
        if (raw != null) {
            for (String field : raw.split("&")) {
                if (!field.isEmpty() && !field.startsWith("after=")) {
                    url.append(field).append('&');
                }
            }
        }
        return url.append("after=").append(PathEncoding.encodeQuery(after)).toString();
    }

    Request request() {
        return request;
    }

    Response response() {
        return response;
    }

    /** Bytes of body that were answered. */
    long sent() {
        return sent;
    }

    // ---- the answer

    /** Headers to add to before the status is known. */
    public HttpFields.Mutable headersOut() {
        return response.getHeaders();
    }

    /** Sets the status, and gives the headers to add to. */
    public HttpFields.Mutable answer(int status) {
        response.setStatus(status);
        return response.getHeaders();
    }

    /** Ends an answer without a body. */
    public void end() throws IOException {
        Sending.write(response, true, null, rate);
    }

    /** Answers lines of text, whole. */
    public void text(int status, String text) throws IOException {
        answer(status).put(TEXT);
        send(StandardCharsets.UTF_8.encode(text));
    }

    public void empty(int status) throws IOException {
        answer(status);
        end();
    }

    /** Sends a whole body and its length; for HEAD, the length only. */
    public void send(ByteBuffer bytes) throws IOException {
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.remaining());
        if (head) {
            end();
        } else {
            piece(bytes, true);
        }
    }

    /**
     * Sends a piece of a body whose Content-Length was set; blocks while the client is slow, and
     * needs the buffer no more when it returns.
     */
    public void piece(ByteBuffer bytes, boolean last) throws IOException {
        sent += bytes.remaining();
        Sending.write(response, last, bytes, rate);
    }

    /** Gives the whole body of an answer whose status and headers are set: ends a shortcut. */
    public void answerNow(ByteBuffer body) {
        now = body;
    }

    /**
     * Leaves the answer for later: the last that an action or a shortcut does. When the value is
     * there, the answerer sets the status and the headers, the body's length among them, and gives
     * the body; it must not wait for anything, since it has the thread of many others.
     */
    public <T> void answerLater(CompletionStage<T> value, Function<T, ByteBuffer> answerer) {
        later = new Later<>(value, answerer);
    }

    /** Runs it when what the answer was left for has come; at once if it was left for nothing. */
    public void afterwards(Runnable work) {
        if (later == null) {
            work.run();
        } else {
            later.value().whenComplete((_, _) -> work.run());
        }
    }

    @Nullable ByteBuffer now() {
        return now;
    }

    @Nullable Later<?> later() {
        return later;
    }

    /**
     * Sends a body whose Content-Length was set, without waiting for the client; then tells how
     * that went: null for well.
     */
    void sendWhole(ByteBuffer bytes, Consumer<@Nullable Throwable> done) {
        sent += bytes.remaining();
        response.write(true, bytes, Callback.from(() -> done.accept(null), done::accept));
    }

    /** Writes a body of any length. */
    public interface StreamWriter {
        void write(OutputStream out) throws IOException;
    }

    /** Answers a body as it is made; if the writer throws, the answer is left unfinished. */
    public void stream(int status, HttpField type, StreamWriter writer) throws IOException {
        stream(status, type, false, writer);
    }

    /** The same for a reader who waits for each piece: a flush sends it. */
    public void streamLive(int status, HttpField type, StreamWriter writer) throws IOException {
        stream(status, type, true, writer);
    }

    private void stream(int status, HttpField type, boolean live, StreamWriter writer)
            throws IOException {
        answer(status).put(type);
        if (head) {
            end();
            return;
        }
        AnswerStream out = new AnswerStream(response, rate, live);
        try {
            writer.write(out);
            out.finish();
        } finally {
            sent += out.total();
        }
    }

    public void json(int status, Json.Writer writer) throws IOException {
        stream(status, JSON, out -> Json.write(out, writer));
    }
}
