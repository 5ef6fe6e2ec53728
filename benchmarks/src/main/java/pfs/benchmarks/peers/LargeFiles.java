package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;
import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One large file over HTTP, and the same edited. */
final class LargeFiles {
    private final Field field;
    private final Map<WebServer, Boolean> filled = new HashMap<>();

    LargeFiles(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        return List.of(put(), get(), text());
    }

    private double rate(double seconds) {
        return (field.scale.largeBytes() >> 20) / seconds;
    }

    private Scenario put() {
        List<Scenario.Contender> contenders = new ArrayList<>();
        contenders.add(new Scenario.Contender("pfs", round -> put(field.pfs(), round)));
        contenders.add(new Scenario.Contender("nginx", round -> put(field.nginx(), round)));
        contenders.add(
                new Scenario.Contender(
                        "cp+fsync",
                        round -> {
                            Path from = field.data.incompressible(round);
                            String to = field.scratch.resolve("copy.bin").toString();
                            field.commands.run("rm", "-f", to);
                            String script = "cp '" + from + "' '" + to + "' && sync '" + to + "'";
                            return Map.of(
                                    "put-large", rate(field.commands.time("sh", "-c", script)));
                        }));
        contenders.add(
                new Scenario.Contender(
                        "restic",
                        round -> {
                            Path from = field.data.incompressible(round);
                            try (Restic restic = new Restic(field)) {
                                return Map.of("put-large", rate(restic.backup(from)));
                            }
                        }));
        if (field.scale.everything()) {
            contenders.add(
                    new Scenario.Contender(
                            "hdfs",
                            round -> {
                                Path from = field.data.incompressible(round);
                                String name = " /large" + round;
                                double seconds = field.hdfs().seconds("put-large " + from + name);
                                return Map.of("put-large", rate(seconds));
                            }));
        }
        return new Scenario(
                "put-large",
                List.of(
                        Row.more(
                                "put-large",
                                "PUT of " + field.scale.large() + ", incompressible, one stream",
                                "MiB/s",
                                "source in the page cache; synced by pfs, cp+fsync and restic, not"
                                        + " by nginx and hdfs",
                                times(1.1, "nginx"),
                                times(1.3, "hdfs"))),
                contenders);
    }

    private Map<String, Double> put(WebServer server, int round) throws IOException {
        Path file = field.data.incompressible(round);
        return Map.of("put-large", rate(field.put(server, file, "large" + round)));
    }

    private Scenario get() {
        List<Scenario.Contender> contenders = new ArrayList<>();
        contenders.add(new Scenario.Contender("pfs", _ -> get(field.pfs())));
        contenders.add(new Scenario.Contender("nginx", _ -> get(field.nginx())));
        if (field.scale.everything()) {
            contenders.add(
                    new Scenario.Contender(
                            "hdfs",
                            round -> {
                                if (round == 1) {
                                    Path from = field.data.incompressible(98);
                                    field.hdfs().seconds("put-large " + from + " /get");
                                }
                                return Map.of(
                                        "get-large", rate(field.hdfs().seconds("get-large /get")));
                            }));
        }
        return new Scenario(
                "get-large",
                List.of(
                        Row.more(
                                "get-large",
                                "GET of " + field.scale.large() + ", one stream, by curl",
                                "MiB/s",
                                "warm, from the page cache; hdfs's client reads the file past the"
                                        + " socket",
                                times(0.95, "nginx"))),
                contenders);
    }

    private Map<String, Double> get(WebServer server) throws IOException {
        if (filled.put(server, true) == null) {
            field.put(server, field.data.incompressible(98), "get-large");
            field.curl(server.url("get-large"));
        }
        return Map.of("get-large", rate(field.curl(server.url("get-large"))));
    }

    private Scenario text() {
        String large = field.scale.large() + " of text";
        String state = "source in the page cache; synced by both; a fresh repository for restic";
        return new Scenario(
                "text",
                List.of(
                        Row.less("text-time", "PUT of " + large, "s", state, times(0.35, "restic")),
                        Row.less(
                                "text-bytes", "disk for " + large, "MB", state, times(1, "restic")),
                        Row.less(
                                "edit-time",
                                large + ", ten inserts of 100 bytes: PUT again",
                                "s",
                                state,
                                times(0.35, "restic")),
                        Row.less(
                                "edit-bytes",
                                large + ", ten inserts of 100 bytes: disk",
                                "MB",
                                state,
                                limit(1.5))),
                List.of(
                        new Scenario.Contender("pfs", this::textPfs),
                        new Scenario.Contender("restic", this::textRestic)));
    }

    private Map<String, Double> textPfs(int round) throws IOException {
        WebServer server = field.pfs();
        Path text = field.data.text(round);
        Path edited = field.data.edited(text, round);
        long before = Trees.diskBytes(field.commands, field.pfsData());
        double time = field.put(server, text, "text" + round);
        long between = Trees.diskBytes(field.commands, field.pfsData());
        double editTime = field.put(server, edited, "text" + round);
        long after = Trees.diskBytes(field.commands, field.pfsData());
        return figures(time, between - before, editTime, after - between);
    }

    private Map<String, Double> textRestic(int round) throws IOException {
        Path text = field.data.text(round);
        Path edited = field.data.edited(text, round);
        try (Restic restic = new Restic(field)) {
            long before = restic.diskBytes();
            double time = restic.backup(text);
            long between = restic.diskBytes();
            Files.copy(edited, text, StandardCopyOption.REPLACE_EXISTING);
            double editTime = restic.backup(text);
            return figures(time, between - before, editTime, restic.diskBytes() - between);
        }
    }

    private static Map<String, Double> figures(
            double time, long bytes, double editTime, long editBytes) {
        return Map.of(
                "text-time",
                time,
                "text-bytes",
                bytes / 1e6,
                "edit-time",
                editTime,
                "edit-bytes",
                editBytes / 1e6);
    }
}
