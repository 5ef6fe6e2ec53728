package pfs.server.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;
import pfs.api.PathEncoding;
import pfs.chunk.Content;
import pfs.chunk.ContentStore;
import pfs.chunk.ContentWriter;
import pfs.chunk.ShortContent;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Commit;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.repo.Repos;
import pfs.repo.Written;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.Query;
import pfs.server.http.Refusal;
import pfs.server.view.Views;
import pfs.tree.Entry;
import pfs.tree.FileEntry;

/** {@code POST}, {@code PUT} and {@code DELETE /pfs/…}, copy and move. Thread-safe. */
final class FileWriting {
    /** Bytes of a body that need no permit, since they are here already. */
    private static final int SMALL = 64 * 1024;

    /** Short files that may wait for a sync in memory, on no thread: 16 MiB at most. */
    private static final int MOST_SHORT = 1024;

    private static final int PATIENCE_SECONDS = 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Views views;
    private final Repos repos;
    private final InstantSource clock;
    private final Semaphore uploads;
    private final Semaphore shorts = new Semaphore(MOST_SHORT);

    FileWriting(Views views, Repos repos, InstantSource clock, int uploads) {
        this.views = views;
        this.repos = repos;
        this.clock = clock;
        this.uploads = new Semaphore(uploads);
    }

    // ---- files

    void post(Exchange exchange) throws IOException {
        write(exchange, exchange.variable("path"), true);
    }

    void put(Exchange exchange) throws IOException {
        write(exchange, exchange.variable("path"), false);
    }

    void writeRoot(Exchange exchange) throws IOException {
        write(exchange, "", exchange.method().equals("POST"));
    }

    private void write(Exchange exchange, String path, boolean create) throws IOException {
        if (path.isEmpty() || path.endsWith("/")) {
            writeDirectory(exchange, path, create);
            return;
        }
        Views.path(path);
        String branch = views.writableBranch(exchange);
        Repo repo = views.repoToChange(exchange);
        boolean append = !create && exchange.query().flag("append");
        @Nullable Entry present =
                create || isWorthALook(exchange)
                        ? repo.snapshot(branch).find(path).orElse(null)
                        : null;
        Precondition condition = Conditions.ofWrite(exchange.headers(), create, present);
        checkEarly(repo, condition, path, present);
        FileHead head = FileHead.of(exchange.headers(), clock);
        FileEntry entry = head.entry(receive(exchange, present));
        if (append) {
            answer(exchange, path, repo.append(branch, path, entry.content(), entry, condition));
        } else if (exchange.form() == Form.JSON) {
            answer(exchange, path, repo.put(branch, path, entry, condition));
        } else {
            exchange.answerLater(
                    repo.putLater(branch, path, entry, condition), told -> told(exchange, told));
        }
    }

    private static ByteBuffer told(Exchange exchange, Written written) {
        head(exchange, written).put(HttpHeader.CONTENT_LENGTH, 0);
        return NOTHING;
    }

    /**
     * Takes a plain PUT or POST of a short file that is here already, to a branch in memory; false
     * if it is anything else, as what is to be refused.
     */
    boolean takes(Exchange exchange) {
        String path = exchange.variable("path");
        Repo repo = isPlain(exchange, path) ? views.repoInMemory(exchange) : null;
        if (repo == null || !shorts.tryAcquire()) {
            return false;
        }
        @Nullable CompletableFuture<Written> written = null;
        try {
            written = tryPut(exchange, repo, Views.path(path));
        } finally {
            if (written == null) {
                shorts.release();
            }
        }
        if (written == null) {
            return false;
        }
        exchange.answerLater(written, told -> told(exchange, told));
        exchange.afterwards(shorts::release);
        return true;
    }

    private static boolean isPlain(Exchange exchange, String path) {
        return !path.isEmpty()
                && !path.endsWith("/")
                && exchange.rawQuery() == null
                && !Conditions.areIn(exchange.headers())
                && !Views.isOnce(exchange)
                && exchange.form() != Form.JSON;
    }

    private @Nullable CompletableFuture<Written> tryPut(Exchange exchange, Repo repo, String path) {
        byte @Nullable [] body = exchange.body().arrived(ContentStore.SHORT);
        if (body == null) {
            return null;
        }
        Digests digests = Digests.of(exchange.headers());
        digests.update(ByteBuffer.wrap(body));
        digests.verify();
        FileHead head = FileHead.of(exchange.headers(), clock);
        @Nullable ShortContent content = repos.prepare(body);
        if (content == null) {
            return null;
        }
        boolean create = exchange.method().equals("POST");
        return repo.tryPut(
                Repo.DEFAULT_BRANCH,
                path,
                head.entry(content.content()),
                create ? new Precondition.Create() : Precondition.NONE,
                content);
    }

    /** False if what is there makes no difference before the body is here, which is short. */
    private static boolean isWorthALook(Exchange exchange) {
        long announced = exchange.body().announced();
        return announced < 0 || announced > SMALL || Conditions.areIn(exchange.headers());
    }

    /** Refuses what the queue would refuse, unless it was done and will only be told again. */
    private static void checkEarly(
            Repo repo, Precondition condition, String path, @Nullable Entry present) {
        try {
            Conditions.checkEarly(condition, path, present);
        } catch (PfsException e) {
            // Only now: what was in the way may be what the same key has just written.
            if (!repo.answered()) {
                throw e;
            }
        }
    }

    /** Stores a body; what it holds is not durable before a put names it. */
    private Content receive(Exchange exchange, @Nullable Entry present) throws IOException {
        Digests digests = Digests.of(exchange.headers());
        long announced = exchange.body().announced();
        boolean large = announced < 0 || announced > SMALL;
        if (large) {
            await();
        }
        try (ContentWriter writer = writer(present)) {
            exchange.body()
                    .pour(
                            piece -> {
                                digests.update(piece);
                                writer.write(piece);
                            });
            digests.verify();
            return writer.finish();
        } finally {
            if (large) {
                uploads.release();
            }
        }
    }

    private ContentWriter writer(@Nullable Entry present) {
        return present instanceof FileEntry file
                ? repos.newContent(file.content())
                : repos.newContent();
    }

    /** Waits for its turn among the large uploads. */
    private void await() {
        try {
            if (uploads.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw Refusal.busy("as many uploads as the server takes at a time are running");
    }

    private static void answer(Exchange exchange, String path, Written written) throws IOException {
        FileEntry entry = written.entry();
        head(exchange, written);
        if (exchange.form() == Form.JSON) {
            exchange.json(
                    written.created() ? 201 : 200, json -> EntryJson.write(json, path, entry));
        } else {
            exchange.end();
        }
    }

    private static HttpFields.Mutable head(Exchange exchange, Written written) {
        HttpFields.Mutable headers = exchange.answer(written.created() ? 201 : 200);
        headers.put(HttpHeader.ETAG, FileReading.tag(written.entry()));
        if (written.created()) {
            headers.put(HttpHeader.LOCATION, exchange.rawPath());
        }
        return headers;
    }

    // ---- directories

    private void writeDirectory(Exchange exchange, String path, boolean create) throws IOException {
        String name = path.isEmpty() ? "" : Views.path(path.substring(0, path.length() - 1));
        String branch = views.writableBranch(exchange);
        Repo repo = views.repoToChange(exchange);
        if (create) {
            @Nullable Entry present = repo.snapshot(branch).find(name).orElse(null);
            checkEarly(repo, new Precondition.Create(), path, present);
        }
        if (isTar(exchange.header(HttpHeader.CONTENT_TYPE))) {
            unpack(exchange, repo, branch, name);
            return;
        }
        exchange.body()
                .pour(
                        _ -> {
                            throw Refusal.invalid(
                                    "'"
                                            + path
                                            + "' is a directory: its body must be a tar, with"
                                            + " Content-Type: application/x-tar, or be left out");
                        });
        boolean made = !name.isEmpty() && repo.makeDirectory(branch, name);
        HttpFields.Mutable headers = exchange.answer(made ? 201 : 200);
        if (made) {
            headers.put(HttpHeader.LOCATION, exchange.rawPath());
        }
        exchange.end();
    }

    private static boolean isTar(@Nullable String type) {
        if (type == null) {
            return false;
        }
        int semicolon = type.indexOf(';');
        String bare = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        return bare.equalsIgnoreCase("application/x-tar")
                || bare.equalsIgnoreCase("application/tar");
    }

    private void unpack(Exchange exchange, Repo repo, String branch, String directory)
            throws IOException {
        String encoding = exchange.header(HttpHeader.CONTENT_ENCODING);
        boolean gzipped = "gzip".equalsIgnoreCase(encoding) || "x-gzip".equalsIgnoreCase(encoding);
        if (encoding != null && !gzipped && !encoding.equalsIgnoreCase("identity")) {
            throw new Refusal(
                    415,
                    "Unsupported encoding",
                    "Content-Encoding is '" + encoding + "'; a tar may come as it is or as gzip");
        }
        Digests digests = Digests.of(exchange.headers());
        await();
        try (Repo.Unpacking unpacking = repo.unpack(branch, directory);
                InputStream body = new DigestedStream(exchange.body().stream(), digests)) {
            TarIn tar = new TarIn(repos, unpacking, directory);
            tar.read(body, gzipped);
            checkWhole(exchange.body().size(), gzipped);
            digests.verify();
            unpacking.finish();
            exchange.text(200, tar.files() + " files, " + tar.bytes() + " bytes\n");
        } finally {
            uploads.release();
        }
    }

    /** A tar is blocks; the library takes half a block for the end. */
    private static void checkWhole(long size, boolean gzipped) {
        if (size == 0 || !gzipped && size % 512 != 0) {
            throw Refusal.invalid(
                    "the body has "
                            + size
                            + " bytes, but a tar is one or more blocks of 512; nothing was stored"
                            + " (for an empty directory leave the Content-Type out)");
        }
    }

    // ---- delete, copy, move

    void delete(Exchange exchange) throws IOException {
        String path = exchange.variable("path");
        boolean slash = path.endsWith("/");
        String name = Views.path(slash ? path.substring(0, path.length() - 1) : path);
        String branch = views.writableBranch(exchange);
        Repo repo = views.repoToChange(exchange);
        @Nullable Entry present = repo.snapshot(branch).find(name).orElse(null);
        if ((present == null || slash && present instanceof FileEntry) && !repo.answered()) {
            throw new PfsException(ErrorCode.NO_SUCH_PATH, "there is no '" + path + "'", path);
        }
        Precondition condition = Conditions.ofWrite(exchange.headers(), false, present);
        boolean recursive = exchange.query().flag("recursive");
        repo.delete(branch, name, recursive, condition);
        exchange.empty(204);
    }

    void copy(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String from = Views.field(fields.require("from"));
        String to = Views.field(fields.require("to"));
        Repo repo = views.repoToChange(exchange);
        @Nullable Commit source = views.commit(exchange, repo);
        repo.copy(views.branchToWrite(exchange), from, source, to);
        created(exchange, to);
    }

    void move(Exchange exchange) throws IOException {
        Query fields = exchange.fields();
        String from = Views.field(fields.require("from"));
        String to = Views.field(fields.require("to"));
        views.repoToChange(exchange).move(views.writableBranch(exchange), from, to);
        created(exchange, to);
    }

    private static void created(Exchange exchange, String path) throws IOException {
        exchange.answer(201)
                .put(HttpHeader.LOCATION, exchange.prefix() + "/pfs/" + PathEncoding.encode(path));
        exchange.end();
    }
}
