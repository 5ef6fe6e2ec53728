package pfs.server.sync;

import static pfs.server.http.Right.ADMIN;
import static pfs.server.http.Right.READ;
import static pfs.server.http.Right.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.journal.StoredRecords;
import pfs.object.ObjectId;
import pfs.repo.Arrivals;
import pfs.repo.Repos;
import pfs.server.http.Exchange;
import pfs.server.http.Refusal;
import pfs.server.http.Route;
import pfs.server.http.Routes;
import pfs.server.view.Views;
import pfs.sync.LocalPeer;
import pfs.sync.MoveAnswer;
import pfs.sync.Moved;
import pfs.sync.Peer;
import pfs.sync.RecordStream;
import pfs.sync.Ref;

/** What another store asks when it pushes here or pulls from here. Thread-safe. */
public final class SyncRoutes {
    private static final HttpField BYTES =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");

    /** Transfers of objects at a time: each holds a record of up to 2 MiB, twice. */
    private static final int STREAMS = 8;

    private static final int PATIENCE_SECONDS = 10;
    private static final int MAX_REFS = 16 << 20;
    private static final long MAX_DIFFERENCE = 1L << 30;

    private final Views views;
    private final Repos repos;
    private final Semaphore streams = new Semaphore(STREAMS);

    private SyncRoutes(Views views, Repos repos) {
        this.views = views;
        this.repos = repos;
    }

    public static List<Route> of(Views views, Repos repos) {
        SyncRoutes routes = new SyncRoutes(views, repos);
        return Routes.ofRepos()
                .get("/sync/refs", READ, routes::refs, "Branches and tags, for a peer")
                .post(
                        "/sync/refs",
                        WRITE,
                        routes::move,
                        "Set refs to what was sent",
                        "mode",
                        "hollow")
                .post("/sync/lacks", READ, routes::lacks, "Which ids are not here", "commits")
                .post("/sync/hollow", READ, routes::hollow, "Which commits have no files here")
                .post("/sync/objects", WRITE, routes::objects, "Keep objects")
                .post("/sync/fetch", READ, routes::fetch, "Objects by id")
                .post(
                        "/sync/difference",
                        READ,
                        routes::difference,
                        "What commits have that others have not",
                        "wants",
                        "bytes")
                .list();
    }

    private LocalPeer peer(Exchange exchange) {
        return new LocalPeer(repos, views.repo(exchange));
    }

    private void refs(Exchange exchange) throws IOException {
        List<Ref> refs = peer(exchange).refs();
        exchange.headersOut().put(Exchange.NO_STORE);
        exchange.stream(
                200,
                Exchange.TEXT,
                out -> {
                    for (Ref ref : refs) {
                        out.write(ref.line().getBytes(StandardCharsets.UTF_8));
                    }
                });
    }

    private static List<ObjectId> ids(Exchange exchange) throws IOException {
        return RecordStream.decode(exchange.body().all(Peer.MAX_IDS * ObjectId.BYTES));
    }

    private void lacks(Exchange exchange) throws IOException {
        List<ObjectId> ids = ids(exchange);
        LocalPeer peer = peer(exchange);
        boolean commits = exchange.query().flag("commits");
        List<ObjectId> lacking = commits ? peer.lacksCommits(ids) : peer.lacks(ids);
        exchange.answer(200).put(BYTES);
        exchange.send(ByteBuffer.wrap(RecordStream.encode(lacking)));
    }

    private void hollow(Exchange exchange) throws IOException {
        List<ObjectId> hollow = peer(exchange).hollow(ids(exchange));
        exchange.answer(200).put(BYTES);
        exchange.send(ByteBuffer.wrap(RecordStream.encode(hollow)));
    }

    private void objects(Exchange exchange) throws IOException {
        LocalPeer peer = peer(exchange);
        await();
        try (InputStream in = exchange.body().stream()) {
            RecordStream.read(in, peer::receive);
        } catch (EOFException e) {
            throw Refusal.invalid(String.valueOf(e.getMessage()));
        } catch (PfsException e) {
            throw blamed(e);
        } finally {
            streams.release();
        }
        exchange.empty(204);
    }

    /** What is wrong with what was sent is the sender's fault. */
    private static PfsException blamed(PfsException e) {
        return e.code() == ErrorCode.CORRUPT
                ? new PfsException(
                        ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()), e.subject(), e)
                : e;
    }

    private void fetch(Exchange exchange) throws IOException {
        List<ObjectId> ids = ids(exchange);
        StoredRecords records = peer(exchange).stored(ids);
        await();
        try {
            exchange.answer(200).put(BYTES).put(HttpHeader.CONTENT_LENGTH, records.bytes());
            long[] left = {records.bytes()};
            records.pass(
                    piece -> {
                        left[0] -= piece.remaining();
                        exchange.piece(piece, left[0] == 0);
                    });
            if (records.bytes() == 0) {
                exchange.end();
            }
        } finally {
            streams.release();
        }
    }

    private void difference(Exchange exchange) throws IOException {
        List<ObjectId> ids = ids(exchange);
        long wants = number(exchange, "wants", ids.size());
        long bytes = number(exchange, "bytes", MAX_DIFFERENCE);
        LocalPeer peer = peer(exchange);
        List<ObjectId> wanted = ids.subList(0, (int) wants);
        List<ObjectId> had = ids.subList((int) wants, ids.size());
        await();
        try {
            exchange.stream(
                    200,
                    BYTES,
                    out -> peer.difference(wanted, had, bytes, records -> write(out, records)));
        } finally {
            streams.release();
        }
    }

    private static long number(Exchange exchange, String field, long most) {
        return number(field, exchange.query().require(field), most);
    }

    private static long number(Exchange exchange, String field, long otherwise, long most) {
        return number(field, exchange.query().get(field, Long.toString(otherwise)), most);
    }

    private static long number(String field, String given, long most) {
        try {
            long number = Long.parseLong(given);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw Refusal.invalid(field + " is '" + given + "'; it is a number up to " + most);
    }

    private static void write(OutputStream out, ByteBuffer records) throws IOException {
        out.write(records.array(), records.arrayOffset() + records.position(), records.remaining());
    }

    private void await() {
        try {
            if (streams.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw Refusal.busy("as many transfers as the server takes at a time are running");
    }

    private void move(Exchange exchange) throws IOException {
        Arrivals.Mode mode = mode(exchange);
        if (mode == Arrivals.Mode.MIRROR) {
            exchange.require(ADMIN, exchange.repo());
        }
        byte[] body = exchange.body().all(MAX_REFS);
        int ids =
                ObjectId.BYTES * (int) number(exchange, "hollow", 0, body.length / ObjectId.BYTES);
        List<ObjectId> hollow = RecordStream.decode(Arrays.copyOf(body, ids));
        List<Ref> refs =
                Ref.parse(new String(body, ids, body.length - ids, StandardCharsets.UTF_8));
        switch (move(exchange, refs, hollow, mode)) {
            case MoveAnswer.Lacking lacking -> {
                exchange.answer(200)
                        .put(BYTES)
                        .put(HttpPeer.LACKING, Integer.toString(lacking.ids().size()));
                exchange.send(ByteBuffer.wrap(RecordStream.encode(lacking.ids())));
            }
            case MoveAnswer.Done done -> {
                StringBuilder text = new StringBuilder();
                for (Moved moved : done.refs()) {
                    text.append(moved.what().name().toLowerCase(Locale.ROOT)).append('\t');
                    text.append(moved.ref().line());
                }
                exchange.text(200, text.toString());
            }
        }
    }

    private MoveAnswer move(
            Exchange exchange, List<Ref> refs, List<ObjectId> hollow, Arrivals.Mode mode) {
        try {
            return peer(exchange).move(refs, hollow, mode);
        } catch (PfsException e) {
            throw blamed(e);
        }
    }

    private static Arrivals.Mode mode(Exchange exchange) {
        String given = exchange.query().get("mode", "fast_forward");
        return switch (given) {
            case "fast_forward" -> Arrivals.Mode.FAST_FORWARD;
            case "force" -> Arrivals.Mode.FORCE;
            case "mirror" -> Arrivals.Mode.MIRROR;
            default ->
                    throw Refusal.invalid(
                            "mode is '" + given + "'; it is fast_forward, force or mirror");
        };
    }
}
