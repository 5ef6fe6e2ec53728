package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.times;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Files of 1 to 8 KiB over HTTP. */
final class SmallFiles {
    private static final String SCRIPT =
            """
            local n = %d
            local seed = 1
            function setup(thread) thread:set("seed", seed) seed = seed + 1 end
            function init(args) math.randomseed(seed) end
            function request()
              local i = math.random(0, n - 1)
              return wrk.format("GET", string.format("%s%%s/d%%03d/f%%05d", "get", math.floor(i / 100), i))
            end
            """;

    private final Field field;
    private final Map<WebServer, Boolean> filled = new HashMap<>();

    SmallFiles(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        return List.of(put(), get());
    }

    private Scenario put() {
        String files = String.format("%,d files of 1–8 KiB", field.scale.smallFiles());
        List<Scenario.Contender> contenders = new ArrayList<>();
        contenders.add(new Scenario.Contender("pfs", round -> put(field.pfs(), round)));
        contenders.add(new Scenario.Contender("nginx", round -> put(field.nginx(), round)));
        contenders.add(new Scenario.Contender("files", this::createAndSync));
        if (field.scale.everything()) {
            contenders.add(new Scenario.Contender("hdfs", this::putHdfs));
        }
        return new Scenario(
                "put-small",
                List.of(
                        Row.more(
                                "put-small",
                                "PUT of " + files + " over 8 connections",
                                "files/s",
                                "warm; each synced at its answer by pfs and files (create, fsync,"
                                        + " rename, one after the other), not by nginx and hdfs",
                                times(1.0, "nginx"),
                                times(25, "hdfs"))),
                contenders);
    }

    private Map<String, Double> put(WebServer server, int round) throws Exception {
        List<byte[]> bodies = field.data.smallFiles(round);
        double rate = HttpPuts.run(server.port(), server.prefix() + "put" + round + "/", bodies);
        return Map.of("put-small", rate);
    }

    private Map<String, Double> createAndSync(int round) throws IOException {
        Path root = Files.createDirectories(field.scratch.resolve("files").resolve("r" + round));
        List<byte[]> bodies = field.data.smallFiles(round).subList(0, field.scale.hdfsFiles());
        long start = System.nanoTime();
        for (int i = 0; i < bodies.size(); i++) {
            Path part = root.resolve("part");
            try (FileChannel out =
                    FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                out.write(ByteBuffer.wrap(bodies.get(i)));
                out.force(true);
            }
            Files.move(part, root.resolve("f" + i), StandardCopyOption.ATOMIC_MOVE);
        }
        return Map.of("put-small", bodies.size() / ((System.nanoTime() - start) / 1e9));
    }

    private Map<String, Double> putHdfs(int round) throws IOException {
        List<byte[]> bodies = field.data.smallFiles(round).subList(0, field.scale.hdfsFiles());
        Path local = Files.createDirectories(field.scratch.resolve("hdfs-small"));
        for (int i = 0; i < bodies.size(); i++) {
            Files.write(local.resolve("f" + i), bodies.get(i));
        }
        double seconds = field.hdfs().seconds("put-small " + local + " /small" + round);
        return Map.of("put-small", bodies.size() / seconds);
    }

    private Scenario get() {
        String state = "warm, from the page cache; committed; no sync";
        return new Scenario(
                "get-small",
                List.of(
                        Row.more(
                                "get-16",
                                "GET of random files of 1–8 KiB, wrk, 16 connections",
                                "requests/s",
                                state,
                                times(0.9, "nginx")),
                        Row.more(
                                "get-64",
                                "GET of random files of 1–8 KiB, wrk, 64 connections",
                                "requests/s",
                                state,
                                times(0.9, "nginx"))),
                List.of(
                        new Scenario.Contender("pfs", _ -> get(field.pfs(), true)),
                        new Scenario.Contender("nginx", _ -> get(field.nginx(), false))));
    }

    private Map<String, Double> get(WebServer server, boolean commit) throws Exception {
        if (filled.put(server, true) == null) {
            HttpPuts.run(server.port(), server.prefix() + "get/", field.data.smallFiles(99));
            if (commit) {
                field.commit(server);
            }
            wrk(server, 16);
        }
        return Map.of("get-16", wrk(server, 16), "get-64", wrk(server, 64));
    }

    private double wrk(WebServer server, int connections) throws IOException {
        Path script = field.scratch.resolve("get.lua");
        Files.writeString(script, SCRIPT.formatted(field.scale.smallFiles(), server.prefix()));
        String said =
                field.commands.run(
                        "wrk",
                        "-t2",
                        "-c" + connections,
                        "-d" + field.scale.wrkSeconds() + "s",
                        "-s",
                        script.toString(),
                        server.origin());
        if (said.contains("Non-2xx") || said.contains("Socket errors")) {
            throw new IOException("wrk met errors: " + said);
        }
        return said.lines()
                .filter(line -> line.startsWith("Requests/sec:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(13).strip()))
                .findFirst()
                .orElseThrow();
    }
}
