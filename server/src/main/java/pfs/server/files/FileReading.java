package pfs.server.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.jspecify.annotations.Nullable;
import pfs.chunk.Content;
import pfs.chunk.ContentReader;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.repo.Repo;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.http.Form;
import pfs.server.http.HttpDates;
import pfs.server.http.Refusal;
import pfs.server.view.Views;
import pfs.tree.DirectoryEntry;
import pfs.tree.Entry;
import pfs.tree.FileEntry;

/** {@code GET /pfs/…}: a file, a part of it, a directory, or what a glob matches. Thread-safe. */
final class FileReading {
    private static final HttpField RANGES =
            new PreEncodedHttpField(HttpHeader.ACCEPT_RANGES, "bytes");
    private static final HttpField FOR_EVER =
            new PreEncodedHttpField(
                    HttpHeader.CACHE_CONTROL, "private, max-age=31536000, immutable");
    private static final HttpField SANDBOX =
            new PreEncodedHttpField("Content-Security-Policy", "sandbox");
    private static final HttpField BYTES =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");

    private final Views views;
    private final ContentReader contents;
    private final Listings listings;

    FileReading(Views views, ContentReader contents) {
        this.views = views;
        this.contents = contents;
        this.listings = new Listings(contents);
    }

    void read(Exchange exchange) throws IOException {
        read(exchange, exchange.variable("path"));
    }

    void readRoot(Exchange exchange) throws IOException {
        read(exchange, "");
    }

    private void read(Exchange exchange, String path) throws IOException {
        read(exchange, views.snapshot(exchange), path);
    }

    void read(Exchange exchange, Snapshot snapshot, String path) throws IOException {
        if (path.isEmpty()) {
            listings.directory(exchange, snapshot, "", snapshot.root());
            return;
        }
        boolean slash = path.endsWith("/");
        String name = Views.path(slash ? path.substring(0, path.length() - 1) : path);
        Optional<Entry> found = snapshot.find(name);
        if (found.isEmpty()) {
            missing(exchange, snapshot, name, slash);
            return;
        }
        switch (found.get()) {
            case FileEntry file -> {
                if (slash) {
                    throw new PfsException(
                            ErrorCode.NO_SUCH_PATH,
                            "'" + name + "' is a file, not a directory: leave the last slash out",
                            path);
                }
                send(exchange, name, file);
            }
            case DirectoryEntry directory -> {
                if (!slash && exchange.form() == Form.HTML) {
                    redirect(exchange);
                } else {
                    listings.directory(exchange, snapshot, name, directory);
                }
            }
        }
    }

    /** Answers a plain GET of a short file that is in memory; false if it is anything else. */
    boolean takes(Exchange exchange) {
        if (exchange.head() || exchange.rawQuery() != null || asksForMore(exchange.headers())) {
            return false;
        }
        String path = exchange.variable("path");
        Repo repo = path.isEmpty() || path.endsWith("/") ? null : views.repoInMemory(exchange);
        FileEntry file =
                repo == null ? null : repo.fileInMemory(Repo.DEFAULT_BRANCH, Views.path(path));
        byte[] bytes = file == null ? null : contents.inMemory(file.content());
        if (file == null || bytes == null) {
            return false;
        }
        HttpFields.Mutable headers = exchange.answer(200);
        head(exchange, headers, path, file, tag(file));
        headers.put(HttpHeader.CONTENT_LENGTH, file.content().size());
        exchange.answerNow(ByteBuffer.wrap(bytes));
        return true;
    }

    /** True if the headers ask for a part, or make a condition. */
    private static boolean asksForMore(HttpFields asked) {
        for (HttpField field : asked) {
            switch (field.getHeader()) {
                case RANGE,
                        IF_RANGE,
                        IF_MATCH,
                        IF_NONE_MATCH,
                        IF_MODIFIED_SINCE,
                        IF_UNMODIFIED_SINCE -> {
                    return true;
                }
                case null, default -> {}
            }
        }
        return false;
    }

    private void missing(Exchange exchange, Snapshot snapshot, String name, boolean slash)
            throws IOException {
        boolean glob = !slash && GlobPattern.isGlob(name);
        if (glob) {
            GlobWalk walk = new GlobWalk(snapshot, GlobPattern.parse(name));
            if (walk.hasNext()) {
                listings.glob(exchange, name, walk);
                return;
            }
        }
        throw new PfsException(
                ErrorCode.NO_SUCH_PATH,
                glob ? "no file matches '" + name + "'" : "there is no '" + name + "'",
                name);
    }

    /** Sends a browser on to the directory's own URL, so that what it shows is bookmarked right. */
    private static void redirect(Exchange exchange) throws IOException {
        String query = exchange.rawQuery();
        exchange.answer(308)
                .put(
                        HttpHeader.LOCATION,
                        exchange.rawPath() + "/" + (query == null ? "" : "?" + query));
        exchange.end();
    }

    private void send(Exchange exchange, String name, FileEntry file) throws IOException {
        Content content = file.content();
        HttpFields asked = exchange.headers();
        String tag = tag(file);
        if (Conditions.notModified(asked, tag, file.modified())) {
            head(exchange, exchange.answer(304), name, file, tag);
            exchange.end();
            return;
        }
        String range = asked.get(HttpHeader.RANGE);
        @Nullable List<Ranges.Range> ranges =
                range != null && Conditions.rangeHolds(asked, tag, file.modified())
                        ? Ranges.parse(range, content.size())
                        : null;
        if (ranges == null) {
            HttpFields.Mutable headers = exchange.answer(200);
            head(exchange, headers, name, file, tag);
            headers.put(HttpHeader.CONTENT_LENGTH, content.size());
            bytes(exchange, content, 0, content.size());
        } else if (ranges.isEmpty()) {
            throw new Refusal(
                    416,
                    "Range not satisfiable",
                    "'" + name + "' has " + content.size() + " bytes; asked for was " + range,
                    Map.of("Content-Range", "bytes */" + content.size()));
        } else if (ranges.size() == 1) {
            Ranges.Range one = ranges.getFirst();
            HttpFields.Mutable headers = exchange.answer(206);
            head(exchange, headers, name, file, tag);
            headers.put(HttpHeader.CONTENT_RANGE, one.contentRange(content.size()));
            headers.put(HttpHeader.CONTENT_LENGTH, one.length());
            bytes(exchange, content, one.first(), one.length());
        } else {
            HttpFields.Mutable headers = exchange.answer(206);
            head(exchange, headers, name, file, tag);
            several(exchange, headers, content, ranges);
        }
    }

    static String tag(FileEntry file) {
        return "\"" + file.content().id() + "\"";
    }

    private static void head(
            Exchange exchange,
            HttpFields.Mutable headers,
            String name,
            FileEntry file,
            String tag) {
        String type = file.contentType();
        if (type == null) {
            HttpField guessed = ContentTypes.guess(name);
            headers.put(guessed);
            if (ContentTypes.mayScript(guessed.getValue())) {
                headers.put(SANDBOX);
            }
        } else {
            headers.put(HttpHeader.CONTENT_TYPE, type);
            if (ContentTypes.mayScript(type)) {
                headers.put(SANDBOX);
            }
        }
        headers.put(HttpHeader.ETAG, tag);
        headers.put(HttpHeader.LAST_MODIFIED, HttpDates.format(file.modified()));
        headers.put(RANGES);
        headers.put(Exchange.NO_SNIFF);
        String commit = exchange.query().find("commit");
        // A job's output of an input commit is another one after its spec was changed.
        boolean fixed =
                commit != null
                        && commit.length() == 64
                        && !exchange.rawPath().startsWith(exchange.prefix() + "/jobs/");
        headers.put(fixed ? FOR_EVER : Exchange.NO_CACHE);
        if (file.executable()) {
            headers.put("Pfs-Executable", "true");
        }
        if (!file.metadata().isEmpty()) {
            file.metadata().forEach((key, value) -> Metadata.put(headers, key, value));
        }
    }

    /** Sends bytes of a content as the only body; its length was announced. */
    private void bytes(Exchange exchange, Content content, long offset, long length)
            throws IOException {
        if (exchange.head() || length == 0) {
            exchange.end();
            return;
        }
        contents.read(content, offset, length, new LastPiece(exchange, length));
    }

    /** Passes pieces on, and marks the last. */
    private static final class LastPiece implements ContentReader.Sink {
        private final Exchange exchange;
        private long left;

        LastPiece(Exchange exchange, long length) {
            this.exchange = exchange;
            this.left = length;
        }

        @Override
        public void accept(ByteBuffer piece) throws IOException {
            left -= piece.remaining();
            exchange.piece(piece, left == 0);
        }
    }

    /** Several ranges, as multipart/byteranges (RFC 9110, 14.6). */
    private void several(
            Exchange exchange,
            HttpFields.Mutable headers,
            Content content,
            List<Ranges.Range> ranges)
            throws IOException {
        String boundary = "pfs-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        String type = headers.get(HttpHeader.CONTENT_TYPE);
        headers.put(HttpHeader.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
        List<byte[]> heads = new ArrayList<>();
        long total = 0;
        for (Ranges.Range range : ranges) {
            byte[] head =
                    ("\r\n--"
                                    + boundary
                                    + "\r\nContent-Type: "
                                    + type
                                    + "\r\nContent-Range: "
                                    + range.contentRange(content.size())
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            heads.add(head);
            total += head.length + range.length();
        }
        byte[] end = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.ISO_8859_1);
        headers.put(HttpHeader.CONTENT_LENGTH, total + end.length);
        if (exchange.head()) {
            exchange.end();
            return;
        }
        for (int i = 0; i < heads.size(); i++) {
            Ranges.Range range = ranges.get(i);
            exchange.piece(ByteBuffer.wrap(heads.get(i)), false);
            contents.read(
                    content, range.first(), range.length(), piece -> exchange.piece(piece, false));
        }
        exchange.piece(ByteBuffer.wrap(end), true);
    }

    /** The bytes of many files, one after the other. */
    static final class Concatenation {
        private final ContentReader contents;

        Concatenation(ContentReader contents) {
            this.contents = contents;
        }

        void send(Exchange exchange, GlobWalk walk) throws IOException {
            exchange.answer(200).put(Exchange.NO_CACHE).put(Exchange.NO_SNIFF);
            exchange.stream(200, BYTES, out -> write(walk, out));
        }

        private void write(GlobWalk walk, OutputStream out) throws IOException {
            WritableByteChannel channel = Channels.newChannel(out);
            while (walk.hasNext()) {
                if (walk.next().entry() instanceof FileEntry file) {
                    contents.read(file.content(), 0, file.content().size(), channel::write);
                }
            }
        }
    }
}
