package pfs.server.start;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags about stores that many servers share. */
final class SharedOptions {
    private static final long USUAL_CACHE = 4L << 30;

    @Option(
            names = "--meta",
            paramLabel = "URI",
            description =
                    "where refs live: embedded, etcd://HOST:PORT,HOST:PORT,"
                            + " postgresql://USER:PASSWORD@HOST/DATABASE (embedded)")
    private String meta = "embedded";

    @Option(
            names = "--store",
            paramLabel = "URI",
            description =
                    "where packs live: file, s3://BUCKET/PREFIX?endpoint=URL&region=NAME (file)")
    private String store = "file";

    @Option(
            names = "--cache",
            paramLabel = "BYTES",
            description = "of an s3 store's packs that are kept in --data (4 GiB)")
    private long cache = USUAL_CACHE;

    @Option(
            names = "--term",
            paramLabel = "SECONDS",
            description = "how long servers of one store wait for a silent leader (5)")
    private int term = 5;

    /**
     * What is shared; null for a server by itself.
     *
     * @param advertised this server's URL for the others; null: where it listens
     * @param token for the other servers; null for none
     * @throws IllegalArgumentException with a line that says what is wrong
     */
    @Nullable Shared shared(@Nullable String advertised, @Nullable String token) {
        boolean alone = meta.equals("embedded");
        if (alone != store.equals("file")) {
            throw new IllegalArgumentException(
                    "--meta is "
                            + meta
                            + " and --store is "
                            + store
                            + ": servers share both or none (--meta etcd://… or postgresql://…,"
                            + " --store s3://…), and one by itself keeps both in --data");
        }
        if (term < 2 || cache < 64L << 20) {
            throw new IllegalArgumentException(
                    "--term is at least 2 seconds, --cache at least 67108864 bytes");
        }
        return alone ? null : new Shared(meta, store, cache, term, advertised, token);
    }
}
