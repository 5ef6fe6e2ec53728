package pfs.testing.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pfs.jobs.runtime.ContainerEngine;

/**
 * The examples as their READMEs say, word for word but for the server's address and the base image,
 * which is made of this machine's programs: built, kept, committed, run and read in real
 * containers.
 */
@Tag("docker")
class QuickstartsInContainersTest {
    private static final Path TEXTS = Path.of("/usr/share/common-licenses");
    private static final Pattern UTILITY = Pattern.compile("java.base/(java/util.*)/[^/]+\\.java");

    private static ContainerEngine engine;
    @TempDir Path work;
    private Examples examples;
    private JobServer server;

    @BeforeAll
    static void startEngine() throws Exception {
        String obstacle = ContainerEngine.obstacle(ContainerEngine.Kind.DOCKER);
        if (obstacle != null) {
            System.out.println("QuickstartsInContainersTest cannot run here: " + obstacle);
        }
        Assumptions.assumeTrue(obstacle == null, String.valueOf(obstacle));
        engine = ContainerEngine.start();
    }

    @AfterAll
    static void stopEngine() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    @BeforeEach
    void start() throws Exception {
        examples = new Examples(work);
        server = JobServer.start(work.resolve("data"), engine.environment());
    }

    @AfterEach
    void stop() throws Exception {
        try (JobServer ending = server) {
            assertThat(ending.stop()).isZero();
        }
        if (!engine.containers().isEmpty()) {
            endWhatIsLeft();
        }
        assertThat(engine.containers()).isEmpty();
    }

    /**
     * A server that stops does not wait for an engine that dawdles: its next start ends the rest.
     */
    private void endWhatIsLeft() throws Exception {
        try (JobServer next = JobServer.start(work.resolve("data"), engine.environment())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> engine.containers().isEmpty());
            assertThat(next.stop()).isZero();
        }
    }

    /** Types the README's commands; what the last one printed. */
    private String type(String example, String program) throws Exception {
        String last = "";
        for (String line : examples.commands(example)) {
            last = sh(examples.of(example), withBase(line, program));
        }
        return last;
    }

    private static String withBase(String line, String program) {
        String base = " --build-arg BASE=\"$(" + "$LOCAL_BASE " + program + ")\"";
        return line.replaceAll("docker build", Matcher.quoteReplacement("docker build" + base));
    }

    private String sh(Path directory, String line) throws Exception {
        Map<String, String> environment = new HashMap<>(engine.environment());
        environment.put("LOCAL_BASE", examples.of("local-base").toString());
        environment.put("DOCKER_BUILDKIT", "0");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        String there =
                "cd '"
                        + directory
                        + "' && "
                        + line.replace("localhost:7370", server.url().substring(7));
        ContainerEngine.Ended ended = ContainerEngine.run(environment, "bash", "-c", strict(there));
        assertThat(ended.code()).as(line + ": " + ended.output()).isZero();
        return ended.output();
    }

    /** A refusal ends the test, unless the command itself says what it does then. */
    private static String strict(String line) {
        return line.contains("--fail") ? line : line.replace("curl ", "curl -sS --fail-with-body ");
    }

    @ParameterizedTest
    @CsvSource({"shell,busybox", "python,python3", "node,node", "java,java"})
    void wordsAreCounted(String language, String program) throws Exception {
        Assumptions.assumeTrue(Programs.there(program), program + " is not installed");
        String name = "wordcount-" + language;
        examples.isWordCount(name, type(name, program));
    }

    @Test
    void theOthersAnswerRight() throws Exception {
        Assumptions.assumeTrue(Programs.there("python3"), "python3 is not installed");
        examples.isInvertedIndex(type("inverted-index", "python3"));
        type("sort", "python3");
        examples.isSorted(server.get("/jobs/sort/pfs/part-*").text());
        examples.isPipelineCount(type("pipeline", "python3"));
    }

    @Test
    void picturesAreMadeSmall() throws Exception {
        Path python = Path.of("/usr/bin/python3");
        String paint =
                "/usr/bin/python3 -c \"from PIL import Image; Image.new('RGB', (600, 400), 'red')"
                        + ".save('cat.jpg')\"";
        Assumptions.assumeTrue(
                Files.exists(python)
                        && ContainerEngine.run(Map.of(), "/usr/bin/python3", "-c", "import PIL")
                                        .code()
                                == 0,
                "python3-pil is not installed");
        Path here = examples.of("thumbnails");
        sh(here, paint);
        type("thumbnails", "python3");
        assertThat(
                        sh(
                                here,
                                "/usr/bin/python3 -c \"from PIL import Image; i ="
                                        + " Image.open('small.jpg'); print(i.format, *i.size)\""))
                .isEqualTo("JPEG 128 85\n");
    }

    /** The last part of the project's quickstart, on licences and the JDK's sources as text. */
    @Test
    void theQuickstartCountsAsSortAndUniqDo() throws Exception {
        Path books = books();
        Path here = examples.of("wordcount-shell");
        sh(here, withBase("docker build -t wordcount:1 .", "busybox"));
        server.job(
                "wordcount",
                "{'input': '/books/**', 'image': 'wordcount:1', 'split': 'lines', 'reduce': {'per':"
                        + " 'batch'}, 'combine': 'reduce'}");
        sh(books, "for book in *; do curl -T $book localhost:7370/pfs/books/$book; done");
        sh(here, "curl -X POST 'localhost:7370/commit?run'");
        Map<String, String> counted = new TreeMap<>();
        sh(
                        books,
                        "cat * | LC_ALL=C tr -cs '[:alnum:]_' '\\n' | LC_ALL=C sort"
                                + " | uniq -c | awk '$2 != \"\" { print $2, $1 }'")
                .lines()
                .map(line -> line.split(" "))
                .forEach(pair -> counted.put(pair[0], pair[1]));
        Map<String, String> answer = new TreeMap<>();
        sh(here, "curl localhost:7370/jobs/wordcount/pfs/part-00000")
                .lines()
                .map(line -> line.split("\t"))
                .forEach(pair -> answer.put(pair[0], pair[1]));
        assertThat(answer).isEqualTo(counted).hasSizeGreaterThan(1000);
    }

    /** Each package of the JDK's utilities as one text, where the JDK has its sources. */
    private Path books() throws Exception {
        Path books = Files.createDirectory(work.resolve("books"));
        Path sources = Path.of(System.getProperty("java.home"), "lib/src.zip");
        boolean licences = Files.isDirectory(TEXTS);
        Assumptions.assumeTrue(
                licences || Files.exists(sources), "no " + TEXTS + " and no " + sources);
        if (licences) {
            for (String licence : List.of("GPL-3", "Apache-2.0", "Artistic")) {
                Files.copy(TEXTS.resolve(licence), books.resolve(licence));
            }
        }
        if (Files.exists(sources)) {
            try (ZipFile zip = new ZipFile(sources.toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    Matcher name = UTILITY.matcher(entry.getName());
                    if (name.matches()) {
                        Files.write(
                                books.resolve(name.group(1).replace('/', '.')),
                                zip.getInputStream(entry).readAllBytes(),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.APPEND);
                    }
                }
            }
            assertThat(Files.size(books.resolve("java.util"))).isGreaterThan(3 << 20);
        }
        return books;
    }
}
