package pfs.server.page;

import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import pfs.api.PathEncoding;
import pfs.server.http.Exchange;
import pfs.server.http.HttpDates;
import pfs.tree.DirectoryEntry;
import pfs.tree.FileEntry;
import pfs.tree.PathEntry;

/** A directory, or the matches of a glob, for a person with a browser. */
public final class DirectoryPage {
    private final Exchange exchange;
    private final String root;
    private final String view;

    public DirectoryPage(Exchange exchange) {
        this.exchange = exchange;
        this.root = exchange.prefix() + "/pfs/";
        this.view = view(exchange);
    }

    /** The query that keeps a link at the same branch and commit. */
    private static String view(Exchange exchange) {
        StringBuilder query = new StringBuilder();
        for (String name : new String[] {"branch", "commit"}) {
            String value = exchange.query().find(name);
            if (value != null) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(PathEncoding.encodeSegment(value));
            }
        }
        return query.toString();
    }

    public void directory(
            String path, DirectoryEntry directory, Iterator<PathEntry> entries, int limit)
            throws IOException {
        Page.send(
                exchange,
                "/" + path,
                html -> {
                    html.raw("<h1>");
                    crumbs(html, path);
                    html.raw("</h1><p class=\"soft\">").text(summary(directory)).raw("</p>\n");
                    table(html, entries, path.isEmpty() ? 0 : path.length() + 1, limit);
                });
    }

    /** The first matches of a glob. */
    public void matches(String pattern, Iterator<PathEntry> entries, int limit) throws IOException {
        Page.send(
                exchange,
                pattern,
                html -> {
                    html.raw("<h1>").text(pattern).raw("</h1>\n");
                    table(html, entries, 0, limit);
                });
    }

    private String summary(DirectoryEntry directory) {
        String commit = exchange.query().find("commit");
        String at = commit == null ? "as it stands" : "at " + commit;
        return directory.files()
                + (directory.files() == 1 ? " file, " : " files, ")
                + size(directory.bytes())
                + ", branch "
                + exchange.query().get("branch", "master")
                + " "
                + at;
    }

    private void crumbs(Html html, String path) throws IOException {
        html.link(root + view, exchange.repo()).raw(" / ");
        int start = 0;
        while (start < path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String up = PathEncoding.encode(path.substring(0, end));
            html.link(root + up + "/" + view, path.substring(start, end)).raw(" / ");
            start = end + 1;
        }
    }

    private void table(Html html, Iterator<PathEntry> entries, int cut, int limit)
            throws IOException {
        html.raw("<table><thead><tr><th>Name<th class=\"n\">Size<th>Modified</thead><tbody>\n");
        PathEntry last = null;
        for (int n = 0; n < limit && entries.hasNext(); n++) {
            last = entries.next();
            row(html, last, cut);
        }
        html.raw("</tbody></table>\n");
        if (last == null) {
            html.raw("<p class=\"soft\">Nothing is here.</p>");
        } else if (entries.hasNext()) {
            boolean directory = last.entry() instanceof DirectoryEntry;
            String after = last.path().substring(cut) + (directory ? "/" : "");
            html.raw("<p>").link(exchange.pageAfter(after), "More").raw("</p>");
        }
    }

    private void row(Html html, PathEntry entry, int cut) throws IOException {
        String name = entry.path().substring(cut);
        String href = root + PathEncoding.encode(entry.path());
        html.raw("<tr><td>");
        switch (entry.entry()) {
            case FileEntry file ->
                    html.link(href + view, name)
                            .raw("<td class=\"n\">")
                            .text(size(file.content().size()))
                            .raw("<td class=\"t\">")
                            .text(time(file.modified()));
            case DirectoryEntry directory ->
                    html.link(href + "/" + view, name + "/")
                            .raw("<td class=\"n\">")
                            .text(size(directory.bytes()))
                            .raw("<td class=\"t\">")
                            .text(directory.files() == 1 ? "1 file" : directory.files() + " files");
        }
        html.raw("\n");
    }

    private static String time(long nanos) {
        String text = HttpDates.rfc3339(Math.floorDiv(nanos, 1_000_000_000L) * 1_000_000_000L);
        return text.replace('T', ' ').replace("Z", "");
    }

    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < 4) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %siB", value, "KMGTP".charAt(unit));
    }
}
