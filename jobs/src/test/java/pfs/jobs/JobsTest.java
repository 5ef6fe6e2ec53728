package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pfs.error.PfsException;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;
import pfs.repo.Precondition;

class JobsTest {
    private static final String WORD_COUNT =
            "{'input': '/**', 'image': 'x', 'reduce': {'per': 'batch'}}";

    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime = new MemoryRuntime(JobsTest::wordCount);
        fixture = new JobsFixture(directory, runtime);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    /** Map: words with a one each. Reduce and combine: sums. */
    static void wordCount(HttpExchange exchange, String path, byte[] body) throws IOException {
        StringBuilder out = new StringBuilder();
        if (path.equals("/map")) {
            for (String word : new String(body, UTF_8).split("\\W+")) {
                if (!word.isEmpty()) {
                    out.append(word).append("\t1\n");
                }
            }
        } else {
            Map<String, Long> sums = new TreeMap<>();
            for (String line : new String(body, UTF_8).split("\n")) {
                String[] pair = line.split("\t");
                sums.merge(pair[0], Long.parseLong(pair[1]), Long::sum);
            }
            sums.forEach((word, n) -> out.append(word).append('\t').append(n).append('\n'));
        }
        MemoryRuntime.answer(exchange, 200, "text/plain", out.toString().getBytes(UTF_8));
    }

    @Test
    void wordsAreCounted() throws Exception {
        fixture.put("a.txt", "the cat and the dog");
        fixture.put("b/c.txt", "the end");
        fixture.commit();
        fixture.job("wordcount", WORD_COUNT);
        RunRecord run = fixture.succeed("wordcount");
        assertThat(fixture.output("wordcount", "part-00000"))
                .isEqualTo("and\t1\ncat\t1\ndog\t1\nend\t1\nthe\t3\n");
        assertThat(run.progress().maps().done()).isEqualTo(2);
        assertThat(run.progress().posts()).isEqualTo(3);
    }

    @Test
    void aRerunPostsNothingAndAChangedFileIsPostedAlone() throws Exception {
        for (int i = 0; i < 50; i++) {
            fixture.put("f" + i, "word" + i + " common");
        }
        fixture.commit();
        fixture.job("wordcount", WORD_COUNT);
        fixture.succeed("wordcount");
        int before = runtime.posts.get();
        RunRecord rerun = fixture.succeed("wordcount");
        assertThat(runtime.posts.get()).isEqualTo(before);
        assertThat(rerun.progress().maps().reused()).isEqualTo(50);
        fixture.put("f7", "changed common");
        fixture.commit();
        RunRecord changed = fixture.succeed("wordcount");
        assertThat(runtime.posts.get() - before).as("one map, one reduce").isEqualTo(2);
        assertThat(changed.progress().maps().reused()).isEqualTo(49);
        assertThat(fixture.output("wordcount", "part-00000"))
                .contains("changed\t1\n")
                .contains("common\t50\n")
                .doesNotContain("word7\t");
    }

    @Test
    void oneChangedFileOfTenThousandIsOnePost() throws Exception {
        List<String> maps = new CopyOnWriteArrayList<>();
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/map")) {
                        maps.add(new String(body, UTF_8));
                    }
                    wordCount(exchange, path, body);
                };
        for (int i = 0; i < 10_000; i++) {
            fixture.put("in/d" + i % 20 + "/f" + i, "word" + i);
        }
        fixture.commit();
        fixture.job(
                "j",
                "{'input': '/**', 'image': 'x', 'reduce': {'per': 'batch'}, 'path': false,"
                        + " 'concurrency': 8}");
        fixture.succeed("j");
        assertThat(maps).hasSize(10_000);
        maps.clear();
        fixture.put("in/d3/f3", "changed");
        fixture.commit();
        fixture.succeed("j");
        assertThat(maps).containsExactly("changed");
        maps.clear();
        fixture.succeed("j");
        fixture.repo().delete("master", "in/d3/f3", false, Precondition.NONE);
        fixture.commit();
        fixture.succeed("j");
        fixture.repo().move("master", "in", "elsewhere");
        fixture.commit();
        fixture.succeed("j");
        assertThat(maps).isEmpty();
        assertThat(fixture.output("j", "part-00000")).hasLineCount(9_999).doesNotContain("changed");
    }

    @Test
    void anotherImageUnderTheSameNameMakesAllAgain() throws Exception {
        fixture.put("a", "x y");
        fixture.commit();
        fixture.job("wordcount", WORD_COUNT);
        fixture.succeed("wordcount");
        int before = runtime.posts.get();
        runtime.image = "sha256:2";
        fixture.succeed("wordcount");
        assertThat(runtime.posts.get() - before).isEqualTo(2);
    }

    @Test
    void aMapAloneKeepsPaths() throws Exception {
        runtime.handler =
                (exchange, _, body) ->
                        MemoryRuntime.answer(
                                exchange,
                                200,
                                "text/plain",
                                new String(body, UTF_8).toUpperCase().getBytes(UTF_8));
        fixture.put("in/a.txt", "abc");
        fixture.put("in/b/c.txt", "def");
        fixture.put("other/d.txt", "ghi");
        fixture.commit();
        fixture.job("upper", "{'input': '/in', 'image': 'x'}");
        fixture.succeed("upper");
        assertThat(fixture.outputPaths("upper")).containsExactly("in/a.txt", "in/b/c.txt");
        assertThat(fixture.output("upper", "in/b/c.txt")).isEqualTo("DEF");
    }

    @Test
    void renamesCostNothingWithoutPaths() throws Exception {
        runtime.handler =
                (exchange, _, body) -> {
                    assertThat(exchange.getRequestHeaders().containsKey("Pfs-Path")).isFalse();
                    MemoryRuntime.answer(exchange, 200, null, body);
                };
        fixture.put("a/1", "one");
        fixture.commit();
        fixture.job("copy", "{'input': '/', 'image': 'x', 'path': false}");
        fixture.succeed("copy");
        fixture.repo().move("master", "a", "b");
        fixture.commit();
        int before = runtime.posts.get();
        fixture.succeed("copy");
        assertThat(runtime.posts.get()).isEqualTo(before);
        assertThat(fixture.outputPaths("copy")).containsExactly("b/1");
    }

    @Test
    void noContentIsNoFileAndPartsAreSeveralFiles() throws Exception {
        runtime.handler =
                (exchange, _, body) -> {
                    if (new String(body, UTF_8).equals("none")) {
                        exchange.sendResponseHeaders(204, -1);
                        exchange.close();
                        return;
                    }
                    String multipart =
                            "--b\r\nContent-Location: x/1\r\nContent-Type: text/a\r\n\r\none\r\n"
                                    + "--b\r\nContent-Location: /x/2%20\r\n\r\n\r\n--b--\r\n";
                    MemoryRuntime.answer(
                            exchange,
                            200,
                            "multipart/mixed; boundary=b",
                            multipart.getBytes(UTF_8));
                };
        fixture.put("a", "none");
        fixture.put("b", "several");
        fixture.commit();
        fixture.job("several", "{'input': '/', 'image': 'x'}");
        fixture.succeed("several");
        assertThat(fixture.outputPaths("several")).containsExactly("x/1", "x/2 ");
        assertThat(fixture.output("several", "x/1")).isEqualTo("one");
        assertThat(fixture.output("several", "x/2 ")).isEmpty();
    }

    @Test
    void refusedInputIsNamedWithTheAnswerAndHowToRepeatIt() throws Exception {
        runtime.handler =
                (exchange, _, _) ->
                        MemoryRuntime.answer(
                                exchange, 422, null, "I do not like line 3".getBytes(UTF_8));
        fixture.put("bad file", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'img', 'command': ['run it']}");
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error())
                .contains("'bad file'")
                .contains("422")
                .contains("I do not like line 3")
                .contains("docker run")
                .contains("/pfs/bad%20file?commit=");
        assertThat(runtime.posts.get()).isEqualTo(1);
    }

    @Test
    void badInputsUpToMaxBadAreListedInTheCommit() throws Exception {
        runtime.handler =
                (exchange, _, body) ->
                        MemoryRuntime.answer(
                                exchange,
                                new String(body, UTF_8).equals("bad") ? 400 : 200,
                                null,
                                body);
        fixture.put("a", "good");
        fixture.put("b", "bad");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'maxBad': 1}");
        RunRecord run = fixture.succeed("j");
        assertThat(run.bad()).hasSize(1);
        assertThat(fixture.jobs.output("default", "j", null).metadata())
                .containsEntry("pfs-bad-inputs", "1")
                .containsEntry("pfs-bad-input-0", "b");
        assertThat(fixture.outputPaths("j")).containsExactly("a");
    }

    @Test
    void failuresAreTriedAgainAndBusyCountsForNothing() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        runtime.handler =
                (exchange, path, body) -> {
                    switch (calls.incrementAndGet()) {
                        case 1 -> MemoryRuntime.answer(exchange, 500, null, "oops".getBytes(UTF_8));
                        case 2, 3, 4, 5, 6 -> {
                            exchange.getResponseHeaders().set("Retry-After", "0");
                            MemoryRuntime.answer(exchange, 503, null, new byte[0]);
                        }
                        default -> wordCount(exchange, path, body);
                    }
                };
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("wordcount", WORD_COUNT);
        fixture.succeed("wordcount");
        assertThat(fixture.output("wordcount", "part-00000")).isEqualTo("x\t1\n");
    }

    @Test
    void cyclesAreRefusedAndPipelinesRunByThemselves() throws Exception {
        runtime.handler =
                (exchange, _, body) ->
                        MemoryRuntime.answer(
                                exchange,
                                200,
                                null,
                                (new String(body, UTF_8) + "+").getBytes(UTF_8));
        fixture.job("one", "{'input': '/', 'image': 'x', 'trigger': 'commit'}");
        fixture.job("two", "{'input': {'job': 'one'}, 'image': 'x', 'trigger': 'commit'}");
        assertThatThrownBy(() -> fixture.job("one", "{'input': {'job': 'two'}, 'image': 'x'}"))
                .isInstanceOf(PfsException.class)
                .hasMessageContaining("cycle");
        fixture.put("a", "x");
        fixture.commit();
        fixture.jobs.committed();
        for (int i = 0; i < 600; i++) {
            try {
                assertThat(fixture.output("two", "a")).isEqualTo("x++");
                return;
            } catch (PfsException e) {
                Thread.sleep(100);
            }
        }
        assertThat(fixture.output("two", "a")).isEqualTo("x++");
    }

    @Test
    void outputIsFoundByItsInput() throws Exception {
        fixture.job("wordcount", WORD_COUNT);
        fixture.put("a", "x");
        String first = fixture.commit().id().toString();
        fixture.succeed("wordcount");
        fixture.put("a", "y");
        fixture.commit();
        fixture.succeed("wordcount");
        assertThat(fixture.jobs.output("default", "wordcount", first).metadata())
                .containsEntry("pfs-input-commit", first);
    }

    @Test
    void aCancelledRunCommitsNothing() throws Exception {
        runtime.handler =
                (exchange, _, _) -> {
                    try {
                        Thread.sleep(30_000);
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                };
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        RunRecord run = fixture.jobs.run("default", "j", null);
        Thread.sleep(300);
        assertThat(fixture.jobs.cancel("default", run.id()).state()).isEqualTo(RunState.CANCELLED);
        assertThatThrownBy(() -> fixture.jobs.output("default", "j", null))
                .isInstanceOf(PfsException.class);
    }

    @Test
    void partsAreInKeyOrder() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            text.append("w").append(i).append(' ');
        }
        fixture.put("a", text.toString());
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}, 'parts': 3}");
        fixture.succeed("j");
        assertThat(fixture.outputPaths("j"))
                .containsExactly("part-00000", "part-00001", "part-00002");
        String all = "";
        for (String part : fixture.outputPaths("j")) {
            assertThat(fixture.output("j", part)).isNotEmpty();
            all += fixture.output("j", part);
        }
        assertThat(all.lines().toList()).hasSize(1000).isSorted();
    }

    @Test
    void groupsCanBeReducedOneByOne() throws Exception {
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/map")) {
                        MemoryRuntime.answer(
                                exchange,
                                200,
                                "application/x-ndjson",
                                "[\"k\\u00e9 1\", {\"n\": 1}]\n[\"a\", [2]]\n".getBytes(UTF_8));
                        return;
                    }
                    String key = exchange.getRequestHeaders().getFirst("Pfs-Key");
                    MemoryRuntime.answer(
                            exchange,
                            200,
                            null,
                            (key + "=" + new String(body, UTF_8)).getBytes(UTF_8));
                };
        fixture.put("a", "x");
        fixture.put("b", "y");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'reduce': {'per': 'key'}}");
        fixture.succeed("j");
        assertThat(fixture.output("j", "part-00000"))
                .isEqualTo("a=[2]\n[2]\nk%C3%A9%201={\"n\": 1}\n{\"n\": 1}\n");
    }
}
