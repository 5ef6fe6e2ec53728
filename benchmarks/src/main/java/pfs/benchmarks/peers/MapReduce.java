package pfs.benchmarks.peers;

import static pfs.benchmarks.peers.Row.limit;
import static pfs.benchmarks.peers.Row.times;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Word count and sort beside Spark local[2] and Hadoop MapReduce's local runner: the same data and
 * the same mapper, which adds up within its split. The peers' clocks run from the start of their
 * program to its end; that of pfs from the request to the answer, starts of containers included.
 */
final class MapReduce {
    private static final int RECORD = 100;
    private static final String OPENS =
            List.of(
                            "java.lang",
                            "java.lang.invoke",
                            "java.lang.reflect",
                            "java.io",
                            "java.net",
                            "java.nio",
                            "java.util",
                            "java.util.concurrent",
                            "java.util.concurrent.atomic",
                            "sun.nio.ch",
                            "sun.nio.cs",
                            "sun.security.action",
                            "sun.util.calendar")
                    .stream()
                    .map(p -> " --add-opens=java.base/" + p + "=ALL-UNNAMED")
                    .collect(Collectors.joining());

    private final Field field;
    private @Nullable Path programs;
    private @Nullable ContainerEngine engine;

    MapReduce(Field field) {
        this.field = field;
    }

    List<Scenario> scenarios() {
        return List.of(words(), sort(), posts());
    }

    private Scenario words() {
        String large = field.scale.large() + " of text, word count";
        String state = "cold: programs and containers are started; source in the page cache";
        return new Scenario(
                "words",
                List.of(
                        Row.less("words", large, "s", state, times(1, "spark"), times(1, "hadoop")),
                        Row.less(
                                "words-edit",
                                large + " after ten inserts of 100 bytes",
                                "s",
                                "pfs and its containers are up, the peers start again",
                                times(0.05, "spark")),
                        Row.less(
                                "words-none",
                                large + " again, nothing changed: the run",
                                "s",
                                "pfs and its containers are up",
                                limit(0.1))),
                List.of(
                        new Scenario.Contender("pfs", this::wordsPfs),
                        new Scenario.Contender("spark", this::wordsSpark),
                        new Scenario.Contender("hadoop", this::wordsHadoop)));
    }

    private Scenario sort() {
        long records = field.scale.largeBytes() / RECORD / 100_000 * 100_000;
        return new Scenario(
                "sort",
                List.of(
                        Row.less(
                                "sort",
                                String.format("sort of %,d records of 100 bytes", records),
                                "s",
                                "cold: programs and containers are started; synced by pfs",
                                times(1.5, "spark"))),
                List.of(
                        new Scenario.Contender("pfs", round -> sortPfs(records, round)),
                        new Scenario.Contender("spark", round -> sortSpark(records, round))));
    }

    private Scenario posts() {
        return new Scenario(
                "posts",
                List.of(
                        Row.more(
                                "posts",
                                "10,000 small files through a no-op /map",
                                "POSTs/s",
                                "the server's second run, a program as the worker",
                                limit(5_000))),
                List.of(new Scenario.Contender("pfs", this::postsPfs)));
    }

    private Path programs() {
        if (programs == null) {
            Path project = field.home.resolve("benchmarks/mapreduce");
            field.commands.run(
                    "mvn",
                    "-q",
                    "-B",
                    "-f",
                    project.toString(),
                    "package",
                    "dependency:copy-dependencies");
            programs = project.resolve("target");
        }
        return programs;
    }

    private ContainerEngine engine() throws IOException {
        if (engine == null) {
            engine =
                    ContainerEngine.start(
                            field.commands,
                            field.home,
                            Files.createDirectories(field.scratch.resolve("engine")),
                            programs().resolve("classes"));
            field.closeAtEnd(engine);
        }
        return engine;
    }

    /** A server of this round's own: nothing is remembered. */
    private WebServer server(String runtime, int round) throws IOException {
        Path data = field.scratch.resolve("jobs-" + runtime + round);
        return WebServer.pfs(
                field.commands,
                field.home,
                data,
                field.scratch.resolve("jobs.log"),
                runtime.equals("process") ? Map.of() : engine().environment(),
                "--runtime",
                runtime);
    }

    private void job(WebServer server, String name, String spec) throws IOException {
        Path file = Files.writeString(field.scratch.resolve("job.json"), spec);
        field.curl("-T", file.toString(), server.origin() + "/jobs/" + name);
    }

    private static String containers(String job) {
        return "\"image\": \""
                + ContainerEngine.IMAGE
                + "\", \"command\": [\""
                + String.join("\", \"", ContainerEngine.command(job))
                + "\"]";
    }

    private double run(WebServer server, String job) {
        return field.curl("-X", "POST", server.origin() + "/run?wait&job=" + job);
    }

    private Map<String, Double> wordsPfs(int round) throws IOException {
        Path text = field.data.text(round);
        Path edited = field.data.edited(text, round);
        try (WebServer server = server("docker", round)) {
            field.put(server, text, "text");
            field.commit(server);
            job(
                    server,
                    "words",
                    "{\"input\": \"/text\", "
                            + containers("words")
                            + ", \"split\": \"lines\", \"reduce\": {\"per\": \"batch\"},"
                            + " \"combine\": \"reduce\"}");
            Map<String, Double> figures = new HashMap<>();
            figures.put("words", run(server, "words"));
            field.put(server, edited, "text");
            field.commit(server);
            figures.put("words-edit", run(server, "words"));
            figures.put("words-none", run(server, "words"));
            field.note(server);
            return figures;
        } finally {
            Trees.delete(field.scratch.resolve("jobs-docker" + round));
        }
    }

    private double java(String options, String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of(("-Xmx1g" + options).split(" ")));
        command.add("-cp");
        command.add(programs().resolve("classes") + ":" + programs().resolve("dependency/*"));
        command.add("pfs.benchmarks.mapreduce." + program);
        command.addAll(List.of(arguments));
        return field.commands.time(command.toArray(String[]::new));
    }

    private Path output() throws IOException {
        Path output = field.scratch.resolve("output");
        Trees.delete(output);
        return output;
    }

    private Map<String, Double> wordsSpark(int round) throws IOException {
        Path text = field.data.text(round);
        Path edited = field.data.edited(text, round);
        return Map.of(
                "words", java(OPENS, "SparkJobs", "words", text.toString(), output().toString()),
                "words-edit",
                        java(OPENS, "SparkJobs", "words", edited.toString(), output().toString()));
    }

    private Map<String, Double> wordsHadoop(int round) throws IOException {
        Path text = field.data.text(round);
        return Map.of("words", java("", "HadoopJobs", text.toString(), output().toString()));
    }

    private Path records(long records, int round) throws IOException {
        Path file = field.scratch.resolve("records.bin");
        SplittableRandom random = new SplittableRandom(7_000 + round);
        byte[] record = new byte[RECORD];
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            for (long i = 0; i < records; i++) {
                random.nextBytes(record);
                out.write(record);
            }
        }
        return file;
    }

    private Map<String, Double> sortPfs(long records, int round) throws IOException {
        try (WebServer server = server("docker", round)) {
            field.put(server, records(records, round), "records");
            field.commit(server);
            job(
                    server,
                    "sort",
                    "{\"input\": \"/records\", "
                            + containers("sort")
                            + ", \"split\": \"fixed:100\", \"reduce\": {\"per\": \"batch\"}}");
            double seconds = run(server, "sort");
            field.note(server);
            return Map.of("sort", seconds);
        } finally {
            Trees.delete(field.scratch.resolve("jobs-docker" + round));
        }
    }

    private Map<String, Double> sortSpark(long records, int round) throws IOException {
        String in = records(records, round).toString();
        return Map.of("sort", java(OPENS, "SparkJobs", "sort", in, output().toString()));
    }

    private Map<String, Double> postsPfs(int round) throws IOException {
        int files = 10_000;
        Path tar = field.scratch.resolve("posts.tar");
        try (WebServer server = server("process", round)) {
            Lives.writeTar(tar, round, files);
            field.curl(
                    "-X",
                    "PUT",
                    "-H",
                    "Content-Type: application/x-tar",
                    "--data-binary",
                    "@" + tar,
                    server.url("in/"));
            field.commit(server);
            job(
                    server,
                    "posts",
                    "{\"input\": \"/in\", \"memo\": false, \"concurrency\": 4, \"command\": [\""
                            + Path.of(System.getProperty("java.home"), "bin/java")
                            + "\", \"-XX:+UseSerialGC\", \"-cp\", \""
                            + programs().resolve("classes")
                            + "\", \"pfs.benchmarks.mapreduce.NoOp\"]}");
            run(server, "posts");
            return Map.of("posts", files / run(server, "posts"));
        } finally {
            Trees.delete(field.scratch.resolve("jobs-process" + round));
        }
    }
}
