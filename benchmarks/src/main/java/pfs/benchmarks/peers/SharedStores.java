package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;
import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Servers whose packs are in Ceph and whose metadata are in etcd or PostgreSQL, beside Ceph's own
 * gateway, asked without a signature. The engines are started by {@code bin/cluster}.
 */
final class SharedStores {
    private static final int CLIENTS = 64;
    private static final String STATE =
            "three copies, two of them synced at each answer by both; source in the page cache";

    private final Field field;
    private @Nullable Path engines;
    private final Map<String, WebServer> servers = new HashMap<>();

    SharedStores(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        return List.of(ofLarge(), ofSmall(), ofPostgres());
    }

    private Scenario ofLarge() {
        String size = field.scale.large();
        Row put =
                Row.more(
                        "shared-put",
                        "PUT of " + size + " through pfs to Ceph",
                        "MiB/s",
                        STATE,
                        times(0.8, "radosgw"));
        Row get =
                Row.more(
                        "shared-get",
                        "GET of " + size + " through pfs from Ceph",
                        "MiB/s",
                        "warm where the contender keeps anything",
                        times(0.8, "radosgw"));
        return new Scenario(
                "shared-large",
                List.of(put, get),
                List.of(
                        new Scenario.Contender(
                                "pfs", round -> large(server().url("large" + round), round)),
                        new Scenario.Contender(
                                "radosgw", round -> large(gateway("large" + round), round))));
    }

    private Scenario ofSmall() {
        Row rate =
                Row.more(
                        "shared-small",
                        "PUT of small files through pfs to Ceph, 64 clients",
                        "files/s",
                        STATE,
                        times(10, "radosgw"));
        Row transactions =
                Row.less(
                        "shared-transactions",
                        "transactions of etcd for 1,000 of them",
                        "",
                        "elections and members among them",
                        limit(50));
        return new Scenario(
                "shared-small",
                List.of(rate, transactions),
                List.of(
                        new Scenario.Contender("pfs", this::smallToPfs),
                        new Scenario.Contender("radosgw", this::smallToGateway)));
    }

    private Scenario ofPostgres() {
        Row transactions =
                Row.less(
                        "shared-postgresql",
                        "transactions of PostgreSQL for 1,000 such PUTs, metadata there",
                        "",
                        "elections and members among them",
                        limit(50));
        return new Scenario(
                "shared-postgresql",
                List.of(transactions),
                List.of(new Scenario.Contender("pfs", this::smallOverPostgres)));
    }

    private Map<String, Double> large(String url, int round) throws IOException {
        Path file = field.data.incompressible(round);
        double mebibytes = field.scale.largeBytes() / (double) (1 << 20);
        // What nobody signed may be read by nobody else, unless it says so.
        double put = field.curl("-H", "x-amz-acl: public-read", "-T", file.toString(), url);
        double get = field.curl(url);
        return Map.of("shared-put", mebibytes / put, "shared-get", mebibytes / get);
    }

    private Map<String, Double> smallToPfs(int round) throws Exception {
        List<byte[]> bodies = field.data.smallFiles(round);
        WebServer pfs = server();
        double before = transactions();
        double rate = HttpPuts.run(pfs.port(), "/pfs/small" + round + "/", bodies, CLIENTS);
        double made = (transactions() - before) * 1000 / bodies.size();
        return Map.of("shared-small", rate, "shared-transactions", made);
    }

    private Map<String, Double> smallOverPostgres(int round) throws Exception {
        List<byte[]> bodies = field.data.smallFiles(round);
        WebServer pfs = server("postgresql");
        double before = transactionsOfPostgres();
        HttpPuts.run(pfs.port(), "/pfs/small" + round + "/", bodies, CLIENTS);
        double made = (transactionsOfPostgres() - before) * 1000 / bodies.size();
        return Map.of("shared-postgresql", made);
    }

    /** All that its database has carried out or taken back; it counts them once a second. */
    private double transactionsOfPostgres() throws Exception {
        TimeUnit.SECONDS.sleep(2);
        String count =
                "select xact_commit + xact_rollback from pg_stat_database"
                        + " where datname = current_database()";
        return Double.parseDouble(
                field.commands.run("psql", read("postgresql/uri"), "-Atc", count).strip());
    }

    /** A tenth of them: the gateway takes its time, and the figure is a rate. */
    private Map<String, Double> smallToGateway(int round) throws Exception {
        List<byte[]> all = field.data.smallFiles(round);
        List<byte[]> bodies = all.subList(0, all.size() / 10);
        int port = URI.create(gateway("")).getPort();
        double rate = HttpPuts.run(port, "/bench/small" + round + "/", bodies, CLIENTS);
        return Map.of("shared-small", rate);
    }

    /** Transactions that all members of etcd have taken since they were started. */
    private double transactions() throws IOException {
        double sum = 0;
        String members = read("etcd/uri").substring("etcd://".length());
        for (String member : members.split(",")) {
            String metrics = field.commands.run("curl", "-sS", "http://" + member + "/metrics");
            for (String line : metrics.split("\n")) {
                if (line.startsWith("grpc_server_handled_total")
                        && line.contains("grpc_method=\"Txn\"")) {
                    sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                }
            }
        }
        return sum;
    }

    private String read(String file) throws IOException {
        return Files.readString(engines().resolve(file)).strip();
    }

    private String endpoint() throws IOException {
        String uri = read("ceph/uri");
        int from = uri.indexOf("endpoint=") + "endpoint=".length();
        int end = uri.indexOf('&', from);
        return uri.substring(from, end < 0 ? uri.length() : end);
    }

    private String gateway(String name) throws IOException {
        engines();
        return endpoint() + "/bench/" + name;
    }

    private Path engines() throws IOException {
        Path known = engines;
        if (known != null) {
            return known;
        }
        Path directory = Files.createDirectories(field.scratch.resolve("engines"));
        String cluster = field.home.resolve("bin/cluster").toString();
        field.commands.run(cluster, "start", directory.toString(), "etcd", "postgresql", "ceph");
        field.closeAtEnd(() -> field.commands.run(cluster, "stop", directory.toString()));
        engines = directory;
        Map<String, String> keys = credentials();
        String script =
                "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s aws --region us-east-1 --endpoint-url %s"
                        .formatted(
                                keys.get("AWS_ACCESS_KEY_ID"),
                                keys.get("AWS_SECRET_ACCESS_KEY"),
                                endpoint());
        field.commands.run(
                "sh", "-c", script + " s3api create-bucket --bucket bench --acl public-read-write");
        return directory;
    }

    private Map<String, String> credentials() throws IOException {
        Map<String, String> keys = new HashMap<>();
        for (String word : read("ceph/credentials").split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                keys.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return keys;
    }

    private WebServer server() throws IOException {
        return server("etcd");
    }

    /** A server with its metadata there. */
    private WebServer server(String meta) throws IOException {
        WebServer known = servers.get(meta);
        if (known != null) {
            return known;
        }
        engines();
        WebServer started =
                WebServer.pfs(
                        field.commands,
                        field.home,
                        field.scratch.resolve("shared-" + meta),
                        field.scratch.resolve("shared-" + meta + ".log"),
                        credentials(),
                        "--meta",
                        read(meta + "/uri"),
                        "--store",
                        "s3://pfs/"
                                + meta
                                + "?create=true&region=us-east-1&endpoint="
                                + endpoint());
        field.closeAtEnd(started);
        field.commands.run(
                "curl",
                "-sS",
                "--retry",
                "20",
                "--retry-all-errors",
                "--fail",
                started.origin() + "/readyz");
        servers.put(meta, started);
        return started;
    }
}
