package pfs.testing.jobs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples as local programs: what they answer is right. */
class ExamplesTest {
    @TempDir static Path work;
    private static Examples examples;
    private static JobServer server;

    @BeforeAll
    static void start() throws Exception {
        examples = new Examples(work);
        server = JobServer.ofPrograms(work.resolve("data"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
        server.close();
    }

    private void put(String example, String job, String... command) throws Exception {
        Assumptions.assumeTrue(Programs.there(command[0]), command[0] + " is not installed");
        String spec = Files.readString(examples.of(example).resolve("job.json"));
        String words = "'" + String.join("', '", command) + "'";
        server.job(job, "{'command': [" + words + "]," + spec.substring(1));
    }

    private String program(String name) {
        return examples.of(name).toString();
    }

    private void putReadme(String path) throws IOException, InterruptedException {
        server.send(
                server.request("PUT", "/pfs/" + path, Files.readString(work.resolve("README.md")))
                        .build());
        server.commit();
    }

    @ParameterizedTest
    @CsvSource({"python,python3,app.py", "node,node,app.js", "java,java,WordCount.java"})
    void wordsAreCounted(String language, String interpreter, String file) throws Exception {
        String name = "wordcount-" + language;
        put(name, name, interpreter, program(name + "/" + file));
        putReadme("books/readme.md");
        server.succeed(name);
        examples.isWordCount(name, server.get("/jobs/" + name + "/pfs/part-00000").text());
    }

    @Test
    void wordsAreCountedInShell() throws Exception {
        Assumptions.assumeTrue(Programs.there("busybox"), "busybox is not installed");
        String serve = "exec busybox nc -ll -p $PORT -e " + program("wordcount-shell/app.sh");
        put("wordcount-shell", "wordcount-shell", "sh", "-c", serve);
        putReadme("books/readme.md");
        server.succeed("wordcount-shell");
        examples.isWordCount(
                "wordcount-shell", server.get("/jobs/wordcount-shell/pfs/part-00000").text());
    }

    @Test
    void anIndexIsInverted() throws Exception {
        put("inverted-index", "index", "python3", program("inverted-index/app.py"));
        putReadme("books/readme.md");
        server.succeed("index");
        examples.isInvertedIndex(server.get("/jobs/index/pfs/part-00000").text());
    }

    @Test
    void linesAreSorted() throws Exception {
        put("sort", "sort", "python3", program("sort/app.py"));
        putReadme("lines/readme.md");
        server.succeed("sort");
        examples.isSorted(server.get("/jobs/sort/pfs/part-*").text());
    }

    @Test
    void thePipelineRunsByItself() throws Exception {
        put("pipeline/clean", "clean", "python3", program("pipeline/clean/app.py"));
        put("pipeline/count", "count", "python3", program("pipeline/count/app.py"));
        server.put("logs/today.log", Files.readString(examples.of("pipeline/clean/app.py")));
        server.commit();
        for (int i = 0; i < 600 && server.get("/jobs/count/pfs/").status() == 404; i++) {
            Thread.sleep(100);
        }
        examples.isPipelineCount(server.get("/jobs/count/pfs/part-00000").text());
    }
}
