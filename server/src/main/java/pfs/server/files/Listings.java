package pfs.server.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import pfs.chunk.ContentReader;
import pfs.repo.Snapshot;
import pfs.server.http.Exchange;
import pfs.server.page.DirectoryPage;
import pfs.tree.DirectoryEntry;
import pfs.tree.PathEntry;
import tools.jackson.core.JsonGenerator;

/** Directories and globs as text, JSON, HTML or tar, streamed. Thread-safe. */
final class Listings {
    private static final HttpField TAR =
            new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/x-tar");

    /** Entries of a page for a person, unless he asks for more. */
    private static final int PAGE = 1_000;

    /** Largest page that is collected for the sake of a Link header. */
    private static final int LINKED = 10_000;

    private final ContentReader contents;

    Listings(ContentReader contents) {
        this.contents = contents;
    }

    void directory(Exchange exchange, Snapshot snapshot, String path, DirectoryEntry directory)
            throws IOException {
        boolean recursive = exchange.query().flag("recursive");
        String prefix = path.isEmpty() ? "" : path + "/";
        String after = exchange.query().get("after", "");
        String start = after.isEmpty() ? "" : prefix + after;
        if (!exchange.rawPath().endsWith("/")) {
            exchange.headersOut().put(HttpHeader.CONTENT_LOCATION, exchange.rawPath() + "/");
        }
        exchange.headersOut().put(Exchange.NO_CACHE).put(HttpHeader.VARY, "Accept");
        switch (exchange.form()) {
            case TEXT -> text(exchange, snapshot.list(path, start, recursive), prefix.length());
            case JSON -> json(exchange, snapshot.list(path, start, recursive), prefix.length());
            case TAR -> tar(exchange, snapshot.list(path, "", true), prefix.length());
            case HTML -> html(exchange, snapshot.list(path, start, recursive), path, directory);
        }
    }

    void glob(Exchange exchange, String pattern, GlobWalk walk) throws IOException {
        exchange.headersOut().put(Exchange.NO_CACHE).put(HttpHeader.VARY, "Accept");
        switch (exchange.form()) {
            case TEXT -> new FileReading.Concatenation(contents).send(exchange, walk);
            case JSON -> json(exchange, walk, 0);
            case TAR -> tar(exchange, walk, 0);
            case HTML -> new DirectoryPage(exchange).matches(pattern, walk, PAGE);
        }
    }

    /**
     * @param cut characters of each path that the listed directory is
     */
    private static void text(Exchange exchange, Iterator<PathEntry> entries, int cut)
            throws IOException {
        int limit = exchange.query().limit(Integer.MAX_VALUE);
        Iterator<PathEntry> shown = entries;
        if (limit <= LINKED) {
            List<PathEntry> page = new ArrayList<>();
            while (page.size() < limit && entries.hasNext()) {
                page.add(entries.next());
            }
            if (entries.hasNext() && !page.isEmpty()) {
                linkNext(exchange, name(page.getLast(), cut));
            }
            shown = page.iterator();
        }
        Iterator<PathEntry> all = shown;
        exchange.stream(200, Exchange.TEXT, out -> lines(out, all, cut, limit));
    }

    private static void lines(OutputStream out, Iterator<PathEntry> entries, int cut, int limit)
            throws IOException {
        for (int n = 0; n < limit && entries.hasNext(); n++) {
            out.write(name(entries.next(), cut).getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
    }

    /** As the text form has it, and as {@code after=} takes it. */
    static String name(PathEntry entry, int cut) {
        String name = entry.path().substring(cut);
        return entry.entry() instanceof DirectoryEntry ? name + "/" : name;
    }

    private static void linkNext(Exchange exchange, String after) {
        HttpFields.Mutable headers = exchange.headersOut();
        headers.put("Link", "<" + exchange.pageAfter(after) + ">; rel=\"next\"");
    }

    private static void json(Exchange exchange, Iterator<PathEntry> entries, int cut)
            throws IOException {
        int limit = exchange.query().limit(Integer.MAX_VALUE);
        exchange.json(200, json -> entries(json, entries, cut, limit));
    }

    private static void entries(
            JsonGenerator json, Iterator<PathEntry> entries, int cut, int limit) {
        json.writeStartObject();
        json.writeArrayPropertyStart("entries");
        PathEntry last = null;
        for (int n = 0; n < limit && entries.hasNext(); n++) {
            last = entries.next();
            EntryJson.write(json, last.path(), last.entry());
        }
        json.writeEndArray();
        if (last != null && entries.hasNext()) {
            json.writeStringProperty("next", name(last, cut));
        } else {
            json.writeNullProperty("next");
        }
        json.writeEndObject();
    }

    private void tar(Exchange exchange, Iterator<PathEntry> entries, int cut) throws IOException {
        exchange.stream(200, TAR, out -> new TarOut(contents, out).write(entries, cut));
    }

    private static void html(
            Exchange exchange, Iterator<PathEntry> entries, String path, DirectoryEntry directory)
            throws IOException {
        new DirectoryPage(exchange)
                .directory(path, directory, entries, exchange.query().limit(PAGE));
    }
}
