package pfs.server.page;

import java.io.IOException;
import pfs.server.http.Exchange;

/** The page at {@code /}: what this is, and what to type. */
public final class HomePage {
    private static final String FILES =
            """
            curl -XPOST localhost:7370/pfs/file_name -d @local_file   # create
            curl localhost:7370/pfs/file_name                         # read
            curl -XPUT localhost:7370/pfs/file_name -d @local_file    # create or replace
            curl -XDELETE localhost:7370/pfs/file_name                # delete
            curl localhost:7370/pfs/                                  # list
            """;
    private static final String HISTORY =
            """
            curl localhost:7370/commit                                # commit
            curl localhost:7370/commits                               # the history
            curl 'localhost:7370/pfs/file_name?commit=1'              # as it was
            curl localhost:7370/status                                # what is not committed
            """;

    private HomePage() {}

    /** For curl. */
    public static String text(String version, String authority) {
        return at(authority, text(version));
    }

    private static String text(String version) {
        return "pfs "
                + version
                + ": git for data\n\n"
                + FILES
                + "\n"
                + HISTORY
                + "\nAll routes: /openapi.json   Health: /healthz   Figures: /metrics\n";
    }

    /** With the address that the client used. */
    private static String at(String authority, String commands) {
        return commands.replace("localhost:7370", authority);
    }

    public static void send(Exchange exchange, String version) throws IOException {
        Page.send(
                exchange,
                "pfs",
                html ->
                        html.raw("<h1>git for data</h1><p class=\"soft\">pfs ")
                                .text(version)
                                .raw(
                                        """
                                        : files by HTTP, every commit kept. Look at the \
                                        """)
                                .link("/pfs/", "files")
                                .raw(", the ")
                                .link("/commits", "commits")
                                .raw(", the ")
                                .link("/repos", "repos")
                                .raw(" and ")
                                .link("/openapi.json", "all routes")
                                .raw(".</p>\n<h1>Files</h1><pre>")
                                .text(at(exchange.authority(), FILES))
                                .raw("</pre>\n<h1>History</h1><pre>")
                                .text(at(exchange.authority(), HISTORY))
                                .raw("</pre>\n"));
    }
}
