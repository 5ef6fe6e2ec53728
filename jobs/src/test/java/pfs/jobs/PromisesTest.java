package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pfs.error.PfsException;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;
import pfs.repo.CommitRequest;
import pfs.repo.Precondition;
import pfs.repo.Repo;
import pfs.tree.FileEntry;

/** What a run promises about its input, its output, and what it does again. */
class PromisesTest {
    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;

    @BeforeEach
    void open() throws IOException {
        runtime =
                new MemoryRuntime(
                        (exchange, _, body) ->
                                MemoryRuntime.answer(exchange, 200, "text/plain", body));
        fixture = new JobsFixture(directory, runtime);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/logs/a.txt, logs/a.txt",
        "/logs, logs/a.txt logs/b.log logs/x/c.txt",
        "/logs/*.txt, logs/a.txt",
        "/logs/**/*.txt, logs/a.txt logs/x/c.txt",
        "/**/[bc].*, logs/b.log logs/x/c.txt",
        "/none, ''"
    })
    void theInputIsAFileADirectoryOrAGlob(String input, String files) throws Exception {
        for (String file : List.of("logs/a.txt", "logs/b.log", "logs/x/c.txt", "other")) {
            fixture.put(file, file);
        }
        fixture.commit();
        fixture.job("j", "{'input': '" + input + "', 'image': 'x'}");
        fixture.succeed("j");
        assertThat(String.join(" ", fixture.outputPaths("j"))).isEqualTo(files);
    }

    @Test
    void theInputMayBeAnotherBranchOrRepo() throws Exception {
        fixture.put("a", "master");
        fixture.commit();
        fixture.repo().createBranch("side", fixture.repo().head("master").orElseThrow());
        fixture.put("a", "later");
        fixture.commit();
        fixture.job("side", "{'input': '/a', 'branch': 'side', 'image': 'x'}");
        fixture.succeed("side");
        assertThat(fixture.output("side", "a")).isEqualTo("master");
        fixture.repos.create("other");
        fixture.put("a", "of the other");
        Repo other = fixture.repos.find("other").orElseThrow();
        FileEntry file = (FileEntry) fixture.repo().snapshot("master").find("a").orElseThrow();
        other.put("master", "a", file, Precondition.NONE);
        other.commit("master", new CommitRequest("other", "test", Map.of(), null));
        fixture.job("other", "{'input': {'repo': 'other', 'path': '/a'}, 'image': 'x'}");
        fixture.succeed("other");
        assertThat(fixture.output("other", "a")).isEqualTo("of the other");
    }

    @Test
    void aRunReadsItsCommitThoughTheBranchGoesOn() throws Exception {
        AtomicInteger edits = new AtomicInteger();
        runtime.handler =
                (exchange, _, body) -> {
                    fixture.put("f" + edits.get() % 30, "edited " + edits.incrementAndGet());
                    fixture.commit();
                    MemoryRuntime.answer(exchange, 200, null, body);
                };
        for (int i = 0; i < 30; i++) {
            fixture.put("f" + i, "before " + i);
        }
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        fixture.succeed("j");
        for (int i = 0; i < 30; i++) {
            assertThat(fixture.output("j", "f" + i)).isEqualTo("before " + i);
        }
        assertThat(edits.get()).isEqualTo(30);
    }

    @Test
    void theOutputSaysWhatItWasMadeOfAndWithWhat() throws Exception {
        fixture.put("a", "x");
        String input = fixture.commit().id().toString();
        fixture.job("j", "{'input': '/', 'image': 'img'}");
        fixture.job("j", "{'input': '/', 'image': 'img', 'maxBad': 2}");
        RunRecord run = fixture.succeed("j");
        Map<String, String> metadata = fixture.jobs.output("default", "j", null).metadata();
        assertThat(metadata)
                .containsEntry("pfs-input-repo", "default")
                .containsEntry("pfs-input-commit", input)
                .containsEntry("pfs-job", "j")
                .containsEntry("pfs-spec-version", "2")
                .containsEntry("pfs-image", "sha256:1")
                .containsEntry("pfs-platform", "test/jvm")
                .containsEntry("pfs-run", run.id());
        assertThat(metadata.get("pfs-spec")).contains("\"maxBad\"").contains("img");
        assertThat(run.specVersion()).isEqualTo(2);
    }

    @Test
    void aRunThatFailsCommitsNothing() throws Exception {
        fixture.put("a", "good");
        fixture.put("b", "bad");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        MemoryRuntime.Handler echo = runtime.handler;
        runtime.handler =
                (exchange, path, body) -> {
                    if (new String(body, UTF_8).equals("bad")) {
                        MemoryRuntime.answer(exchange, 422, null, body);
                    } else {
                        echo.handle(exchange, path, body);
                    }
                };
        assertThat(fixture.run("j").state()).isEqualTo(RunState.FAILED);
        assertThatThrownBy(() -> fixture.jobs.output("default", "j", null))
                .isInstanceOf(PfsException.class);
        runtime.handler = echo;
        fixture.succeed("j");
        String first = fixture.jobs.output("default", "j", null).id().toString();
        fixture.put("c", "bad");
        fixture.commit();
        runtime.handler = (exchange, _, body) -> MemoryRuntime.answer(exchange, 422, null, body);
        assertThat(fixture.run("j").state()).isEqualTo(RunState.FAILED);
        assertThat(fixture.jobs.output("default", "j", null).id().toString()).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'env': {'A': 'b'} | true",
                "'command': ['/bin/other'] | true",
                "'network': 'egress' | true",
                "'memo': false | true",
                "'path': false | true",
                "'parallel': 1 | false",
                "'limits': {'idle': '59s'} | false",
                "'maxBad': 7 | false",
                "'trigger': 'commit' | false"
            })
    void whatCanChangeAResultMakesItAgainAndNothingElseDoes(String field, boolean again)
            throws Exception {
        fixture.put("a", "x");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        fixture.succeed("j");
        int before = runtime.posts.get();
        fixture.job("j", "{'input': '/', 'image': 'x', " + field + "}");
        fixture.succeed("j");
        assertThat(runtime.posts.get() - before).isEqualTo(again ? 1 : 0);
    }

    @Test
    void withoutAMemoEachRunMakesAllAgain() throws Exception {
        fixture.put("a", "x");
        fixture.put("b", "y");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'memo': false}");
        fixture.succeed("j");
        fixture.succeed("j");
        assertThat(runtime.posts.get()).isEqualTo(4);
    }

    @Test
    void anEditReducesOnlyTheRangeOfKeysThatItFeeds() throws Exception {
        AtomicLong reduced = new AtomicLong();
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/reduce")) {
                        reduced.addAndGet(body.length);
                    }
                    MemoryRuntime.answer(exchange, 200, null, body);
                };
        for (int file = 0; file < 4; file++) {
            StringBuilder text = new StringBuilder();
            for (int i = file; i < 600_000; i += 4) {
                text.append(String.format("key%07d\t%d%n", i, i));
            }
            fixture.put("f" + file, text.toString());
        }
        fixture.put("small", "key0300000\tbefore\n");
        fixture.commit();
        fixture.job("j", "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}}");
        fixture.succeed("j");
        long first = reduced.getAndSet(0);
        fixture.put("small", "key0300000\tafter\n");
        fixture.commit();
        fixture.succeed("j");
        assertThat(first).isGreaterThan(8 << 20);
        assertThat(reduced.get()).isPositive().isLessThan(first / 3);
        assertThat(fixture.output("j", "part-00000"))
                .contains("key0300000\tafter\n")
                .doesNotContain("before");
    }

    @Test
    void theCommitsMessageNamesTheRun() throws Exception {
        fixture.put("a", "x");
        fixture.repo().commit("master", new CommitRequest("input", "somebody", Map.of(), null));
        fixture.job("j", "{'input': '/', 'image': 'x'}");
        RunRecord run = fixture.succeed("j");
        assertThat(fixture.jobs.output("default", "j", null).message())
                .isEqualTo("run " + run.id() + " of job j");
    }
}
