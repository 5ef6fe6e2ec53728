package pfs.cli.history;

import java.util.List;
import org.jspecify.annotations.Nullable;
import pfs.cli.session.Authors;
import pfs.client.Query;
import picocli.CommandLine.Option;

/** The options of commands that may meet conflicts. */
final class Resolving {
    @Option(
            names = "--strategy",
            paramLabel = "ours|theirs[:GLOB]",
            description =
                    "Which side wins where both changed a file, everywhere or where GLOB matches.")
    List<String> strategies = List.of();

    @Option(
            names = "--author",
            paramLabel = "NAME",
            description = "Who says so (PFS_AUTHOR, default: the user).")
    @Nullable String author;

    Query addTo(Query query) {
        Query more = query.and("author", Authors.name(author));
        for (String strategy : strategies) {
            more = more.and("strategy", strategy);
        }
        return more;
    }
}
