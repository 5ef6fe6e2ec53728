package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** From one store to another: a clone, and a push after one small change. */
final class BetweenServers {
    private static final int IN_A_DIRECTORY = 100;

    private final Field field;
    private @Nullable WebServer from;
    private @Nullable WebServer to;

    BetweenServers(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        String repo =
                field.scale.large() + String.format(" in %,d files", field.scale.smallFiles());
        return List.of(
                new Scenario(
                        "clone",
                        List.of(
                                Row.less(
                                        "clone",
                                        "clone of a repo of " + repo + ", incompressible",
                                        "s",
                                        "source in the page cache; pfs hashes and syncs, cp -r of"
                                                + " the packs does not",
                                        times(1.5, "cp"))),
                        List.of(
                                new Scenario.Contender("pfs", this::cloneIt),
                                new Scenario.Contender("cp", this::copyPacks))),
                new Scenario(
                        "push",
                        List.of(
                                Row.less(
                                        "push-time",
                                        "a push after a change of one file among "
                                                + repo
                                                + ", by curl",
                                        "ms",
                                        "the other server had all before; synced"),
                                Row.less(
                                        "push-requests",
                                        "the same: requests to the other server",
                                        "requests",
                                        "by its /metrics"),
                                Row.less(
                                        "push-bytes",
                                        "the same: bytes of their bodies and answers",
                                        "kB",
                                        "by its /metrics")),
                        List.of(new Scenario.Contender("pfs", this::push))));
    }

    private Path data(String name) {
        return field.scratch.resolve("between-" + name);
    }

    private WebServer from() throws IOException {
        if (from == null) {
            from = server("from");
            field.closeAtEnd(from);
            fill(from);
        }
        return from;
    }

    private WebServer to() throws IOException {
        if (to == null) {
            to = server("to");
            field.closeAtEnd(to);
            field.curl("-X", "POST", from().origin() + "/push?to=" + to.origin());
        }
        return to;
    }

    private WebServer server(String name) throws IOException {
        Path log = field.scratch.resolve(name + ".log");
        return WebServer.pfs(field.commands, field.home, data(name), log);
    }

    private void fill(WebServer server) throws IOException {
        Path tree = Files.createDirectories(field.scratch.resolve("between-tree"));
        int files = field.scale.smallFiles();
        byte[] bytes = new byte[(int) (field.scale.largeBytes() / files)];
        SplittableRandom random = new SplittableRandom(4_000);
        for (int i = 0; i < files; i++) {
            Path file = tree.resolve(Data.smallName(i));
            if (i % IN_A_DIRECTORY == 0) {
                Files.createDirectories(file.getParent());
            }
            random.nextBytes(bytes);
            Files.write(file, bytes);
        }
        Path tar = field.scratch.resolve("between.tar");
        field.commands.run("tar", "-C", tree.toString(), "-cf", tar.toString(), ".");
        field.putTar(tar, server.url(""));
        field.commit(server);
        Files.delete(tar);
        Trees.delete(tree);
        field.commands.run("sync");
    }

    private Map<String, Double> cloneIt(int round) throws IOException {
        String program = field.home.resolve("pfs").toString();
        Commands pfs = new Commands(field.scratch, Map.of("PFS_BUILD", "never"));
        Path target = data("clone" + round);
        double seconds = pfs.time(program, "clone", from().origin(), target.toString());
        Trees.delete(target);
        return Map.of("clone", seconds);
    }

    private Map<String, Double> copyPacks(int round) throws IOException {
        from();
        Path target = data("copy" + round);
        String packs = data("from").resolve("packs").toString();
        double seconds = field.commands.time("cp", "-r", packs, target.toString());
        Trees.delete(target);
        return Map.of("clone", seconds);
    }

    private Map<String, Double> push(int round) throws IOException {
        WebServer source = from();
        WebServer other = to();
        Path change = field.scratch.resolve("change");
        Files.writeString(change, "changed in round " + round);
        field.put(source, change, Data.smallName(round));
        field.commit(source);
        Traffic before = traffic(other);
        double seconds = field.curl("-X", "POST", source.origin() + "/push?to=" + other.origin());
        Traffic after = traffic(other);
        return Map.of(
                "push-time",
                seconds * 1e3,
                "push-requests",
                after.requests - before.requests,
                "push-bytes",
                (after.bytes - before.bytes) / 1e3);
    }

    /** What a server was asked since its start, but for its own metrics. */
    private record Traffic(double requests, double bytes) {}

    private Traffic traffic(WebServer server) {
        double requests = 0;
        double bytes = 0;
        String metrics = field.commands.run("curl", "-sS", "--fail", server.origin() + "/metrics");
        for (String line : metrics.lines().toList()) {
            if (line.startsWith("#") || line.contains("route=\"/metrics\"")) {
                continue;
            }
            double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            if (line.startsWith("pfs_http_request_seconds_count")) {
                requests += value;
            } else if (line.startsWith("pfs_http_received_bytes")
                    || line.startsWith("pfs_http_sent_bytes")) {
                bytes += value;
            }
        }
        return new Traffic(requests, bytes);
    }
}
