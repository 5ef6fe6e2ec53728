package pfs.cli.mount.tree;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import pfs.api.ListedEntry;
import pfs.api.Listing;
import pfs.api.MediaTypes;
import pfs.cli.mount.fuse.Errno;
import pfs.cli.mount.fuse.FuseException;
import pfs.client.PfsClient;
import pfs.client.Query;
import pfs.client.RefusedException;
import pfs.client.http.Request;
import pfs.client.http.Response;
import tools.jackson.core.JacksonException;

/**
 * Files of a running server. A server that is away is told of once, and once that it is back.
 * Thread-safe.
 */
public final class ServerSource implements Source {
    /** How long the server may say nothing. */
    private static final int SILENCE_MILLIS = 10_000;

    /** A restart of the server ends all connections that are kept, and may cut an answer. */
    private static final int ATTEMPTS = 3;

    private static final int PAGE = 1_000;

    private final PfsClient client;
    private final String root;
    private final Query query;
    private final Consumer<String> told;
    private final AtomicBoolean away = new AtomicBoolean();

    /**
     * @param root the directory of the repo that is mounted; "" for all
     * @param told takes lines for a person
     */
    public ServerSource(PfsClient client, String root, Version version, Consumer<String> told) {
        this.client = client;
        this.root = root;
        this.query = client.onBranch().and("commit", version.ref());
        this.told = told;
    }

    @Override
    public Optional<ListedEntry> find(String path) throws IOException {
        String whole = whole(path);
        if (whole.isEmpty()) {
            return Optional.of(directory(""));
        }
        // Of a directory that was meant for a pattern no more than one name is looked for.
        Request head = client.file("HEAD", whole, query.and("limit", "1"));
        try {
            return ask(head.with("Accept", MediaTypes.JSON), answer -> entry(whole, answer));
        } catch (RefusedException e) {
            if (e.status() == 404 || e.status() == 400) {
                return Optional.empty(); // 400: what no file can be called
            }
            throw failed(e);
        }
    }

    /** A file has an ETag, a directory its true place; what only matches a pattern has neither. */
    private static Optional<ListedEntry> entry(String path, Response answer) {
        String tag = answer.header("etag").orElse("");
        if (!tag.isEmpty()) {
            return Optional.of(
                    new ListedEntry(
                            path,
                            ListedEntry.Type.FILE,
                            answer.header("content-length").map(Long::parseLong).orElse(0L),
                            tag.replace("\"", ""),
                            modified(answer),
                            answer.header("pfs-executable").isPresent()));
        }
        return answer.header("content-location").map(place -> directory(path));
    }

    private static ListedEntry directory(String path) {
        return new ListedEntry(path, ListedEntry.Type.DIRECTORY, 0, "", null, false);
    }

    private static @Nullable Instant modified(Response answer) {
        try {
            return answer.header("last-modified")
                    .map(DateTimeFormatter.RFC_1123_DATE_TIME::parse)
                    .map(Instant::from)
                    .orElse(null);
        } catch (DateTimeException e) {
            return null;
        }
    }

    @Override
    public Page list(String directory, @Nullable String after) throws IOException {
        String whole = whole(directory);
        Query page = query.and("limit", Integer.toString(PAGE)).and("after", after);
        Request list = client.file("GET", whole.isEmpty() ? "" : whole + "/", page);
        try {
            return ask(list.with("Accept", MediaTypes.JSON), ServerSource::page);
        } catch (RefusedException e) {
            throw failed(e);
        }
    }

    private static Page page(Response answer) throws IOException {
        try (Listing listing = new Listing(answer.body())) {
            List<ListedEntry> entries = new ArrayList<>();
            for (ListedEntry e = listing.read(); e != null; e = listing.read()) {
                entries.add(e);
            }
            return new Page(entries, listing.next());
        } catch (JacksonException e) {
            throw new IOException("the server's listing cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public byte[] read(String path, ListedEntry version, long offset, int length)
            throws IOException {
        Request part =
                client.file("GET", whole(path), query)
                        .with("Range", "bytes=" + offset + "-" + (offset + length - 1))
                        .with("If-Match", "\"" + version.id() + "\"");
        try {
            return ask(part, answer -> bytes(answer, version, length));
        } catch (RefusedException e) {
            switch (e.status()) {
                case 404, 412, 416 -> throw new FuseException(Errno.ESTALE, e);
                default -> throw failed(e);
            }
        }
    }

    private static byte[] bytes(Response answer, ListedEntry version, int length)
            throws IOException {
        String tag = answer.header("etag").orElse("");
        if (answer.status() != 206 || !tag.equals("\"" + version.id() + "\"")) {
            throw new IOException(
                    "asked for a part of " + version.id() + ", the server sent one of " + tag);
        }
        byte[] bytes = answer.body().readNBytes(length);
        if (bytes.length != length) {
            throw new EOFException("the server sent " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String whole(String path) {
        return root.isEmpty() || path.isEmpty() ? root + path : root + "/" + path;
    }

    /** Reads an answer. */
    private interface Reader<T> {
        T read(Response answer) throws IOException;
    }

    private <T> T ask(Request request, Reader<T> reader) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (Response answer = client.send(request, SILENCE_MILLIS)) {
                T read = reader.read(answer);
                tell(false);
                return read;
            } catch (RefusedException e) {
                tell(false);
                throw e;
            } catch (IOException e) {
                boolean lost = e instanceof SocketException || e instanceof EOFException;
                if (!lost || e instanceof ConnectException || attempt == ATTEMPTS) {
                    tell(true);
                    throw e;
                }
            }
        }
    }

    private void tell(boolean isAway) {
        if (away.get() != isAway && away.compareAndSet(!isAway, isAway)) {
            told.accept(
                    isAway
                            ? client.endpoint() + " does not answer: reads fail until it does"
                            : client.endpoint() + " answers again");
        }
    }

    private static IOException failed(RefusedException e) {
        return switch (e.status()) {
            case 404 -> new FuseException(Errno.ENOENT, e);
            case 401, 403 -> new FuseException(Errno.EACCES, e);
            case 414 -> new FuseException(Errno.ENAMETOOLONG, e);
            default -> new FuseException(Errno.EIO, e);
        };
    }
}
