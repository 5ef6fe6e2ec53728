package pfs.server.sync;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Body;
import pfs.client.http.Endpoint;
import pfs.client.http.Request;
import pfs.client.http.Response;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.sync.MoveAnswer;
import pfs.sync.Moved;
import pfs.sync.Peer;
import pfs.sync.RecordStream;
import pfs.sync.Ref;

/** A repo of another server, asked by HTTP: see {@link SyncRoutes}. Thread-safe. */
public final class HttpPeer implements Peer {
    /** Says that the answer's body is ids of objects that are lacking. */
    static final String LACKING = "Pfs-Lacking";

    private final PfsClient client;
    private final String name;
    private final Map<String, String> headers;

    /** Which repo of which server. */
    public record Address(Endpoint endpoint, String repo) {
        /** The server's URL. */
        public String server() {
            return endpoint.toString();
        }

        /** Another repo of the same server. */
        public Address in(String other) {
            return new Address(endpoint, other);
        }

        /**
         * Parses {@code http://HOST:PORT/repos/NAME}; without {@code /repos/NAME} the repo is
         * {@code otherwise}.
         *
         * @throws PfsException INVALID_REQUEST
         */
        public static Address parse(String url, String otherwise) {
            Endpoint endpoint;
            try {
                endpoint = Endpoint.parse(url);
            } catch (IllegalArgumentException e) {
                throw new PfsException(
                        ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), url, e);
            }
            int at = endpoint.base().lastIndexOf("/repos/");
            if (at < 0) {
                return new Address(endpoint, otherwise);
            }
            Endpoint server =
                    new Endpoint(
                            endpoint.secure(),
                            endpoint.host(),
                            endpoint.port(),
                            endpoint.base().substring(0, at));
            return new Address(server, endpoint.base().substring(at + 7));
        }
    }

    /**
     * @param token null for none
     */
    public HttpPeer(Address address, @Nullable String token) {
        this(address, token, Map.of());
    }

    /**
     * @param headers for each request
     */
    HttpPeer(Address address, @Nullable String token, Map<String, String> headers) {
        this.headers = Map.copyOf(headers);
        this.client = new PfsClient(address.endpoint(), token, address.repo(), "master");
        this.name = address.endpoint().toString();
    }

    /** Makes the repo there, if it is not there. */
    public void createRepo(String repo) throws IOException {
        send(Request.of("PUT", "/repos/" + repo)).close();
    }

    /** All names of repos there that the token may see. */
    public List<String> repos() throws IOException {
        try (Response response = send(Request.of("GET", "/repos"))) {
            return response.text().lines().toList();
        }
    }

    Response send(Request request) throws IOException {
        Request whole = request;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            whole = whole.with(header.getKey(), header.getValue());
        }
        try {
            return client.send(whole);
        } catch (RefusedException e) {
            throw refused(e);
        }
    }

    /** What the other server refused, by its own name if this one has that name too. */
    private PfsException refused(RefusedException e) {
        String type = e.problem().type();
        String prefix = "urn:pfs:";
        if (type.startsWith(prefix)) {
            String code =
                    type.substring(prefix.length()).replace('-', '_').toUpperCase(Locale.ROOT);
            for (ErrorCode known : ErrorCode.values()) {
                if (known.name().equals(code)) {
                    return new PfsException(known, name + ": " + e.getMessage(), null, e);
                }
            }
        }
        return new PfsException(
                ErrorCode.PEER_FAILED,
                name + " answered " + e.status() + ": " + e.getMessage(),
                null,
                e);
    }

    private Request post(String route, Query query, byte[] body) {
        Request plain = client.request("POST", route, query);
        // Whatever is posted here does no harm when it is done twice.
        return new Request(
                        plain.method(),
                        plain.target(),
                        plain.headers(),
                        new Body.Bytes(body, body.length),
                        true)
                .with("Content-Type", "application/octet-stream");
    }

    @Override
    public List<Ref> refs() throws IOException {
        try (Response response = send(client.request("GET", "/sync/refs", Query.NONE))) {
            return Ref.parse(response.text());
        }
    }

    @Override
    public List<ObjectId> lacks(List<ObjectId> ids) throws IOException {
        return ids(post("/sync/lacks", Query.NONE, RecordStream.encode(ids)));
    }

    @Override
    public List<ObjectId> lacksCommits(List<ObjectId> ids) throws IOException {
        return ids(post("/sync/lacks", Query.NONE.flag("commits", true), RecordStream.encode(ids)));
    }

    @Override
    public List<ObjectId> hollow(List<ObjectId> ids) throws IOException {
        return ids(post("/sync/hollow", Query.NONE, RecordStream.encode(ids)));
    }

    private List<ObjectId> ids(Request request) throws IOException {
        try (Response response = send(request)) {
            return RecordStream.decode(response.body().readAllBytes());
        }
    }

    @Override
    public void send(List<ByteBuffer> records) throws IOException {
        Request plain = client.request("POST", "/sync/objects", Query.NONE);
        Request request =
                new Request(
                        plain.method(),
                        plain.target(),
                        plain.headers(),
                        new Several(records),
                        true);
        send(request.with("Content-Type", "application/octet-stream")).close();
    }

    /** Records one after the other as a body. */
    private record Several(List<ByteBuffer> records) implements Body {
        @Override
        public long length() {
            return records.stream().mapToLong(ByteBuffer::remaining).sum();
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            for (ByteBuffer record : records) {
                out.write(
                        record.array(),
                        record.arrayOffset() + record.position(),
                        record.remaining());
            }
        }
    }

    @Override
    public void fetch(List<ObjectId> ids, Records into) throws IOException {
        try (Response response = send(post("/sync/fetch", Query.NONE, RecordStream.encode(ids)))) {
            RecordStream.read(response.body(), into);
        }
    }

    @Override
    public void difference(List<ObjectId> wants, List<ObjectId> haves, long bytes, Records into)
            throws IOException {
        List<ObjectId> ids = new ArrayList<>(wants);
        ids.addAll(haves);
        Query query =
                Query.NONE
                        .and("wants", Integer.toString(wants.size()))
                        .and("bytes", Long.toString(bytes));
        try (Response response = send(post("/sync/difference", query, RecordStream.encode(ids)))) {
            RecordStream.read(response.body(), into);
        }
    }

    @Override
    public MoveAnswer move(List<Ref> refs, List<ObjectId> hollow, Arrivals.Mode mode)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(RecordStream.encode(hollow));
        refs.forEach(ref -> body.writeBytes(ref.line().getBytes(StandardCharsets.UTF_8)));
        Query query =
                Query.NONE
                        .and("mode", mode.name().toLowerCase(Locale.ROOT))
                        .and("hollow", Integer.toString(hollow.size()));
        try (Response response = send(post("/sync/refs", query, body.toByteArray()))) {
            if (response.header(LACKING).isPresent()) {
                return new MoveAnswer.Lacking(RecordStream.decode(response.body().readAllBytes()));
            }
            List<Moved> moved = new ArrayList<>();
            for (String line : response.text().lines().toList()) {
                int tab = line.indexOf('\t');
                Ref ref = Ref.parse(line.substring(tab + 1)).getFirst();
                moved.add(new Moved(ref, what(line.substring(0, tab))));
            }
            return new MoveAnswer.Done(moved);
        }
    }

    private static Moved.What what(String word) {
        try {
            return Moved.What.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new PfsException(
                    ErrorCode.PEER_FAILED, "the other side says '" + word + "' of a ref", null, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
