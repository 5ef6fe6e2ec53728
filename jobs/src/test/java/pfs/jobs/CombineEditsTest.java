package pfs.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pfs.jobs.store.RunRecord;
import pfs.jobs.store.RunState;
import pfs.repo.Precondition;

/** A job with a combine, whose input is edited a little at a time. */
class CombineEditsTest {
    private static final int FILES = 24;
    private static final int WORDS = 6000;
    private static final String SPEC =
            "{'input': '/', 'image': 'x', 'reduce': {'per': 'batch'}, 'combine': 'combine'";

    @TempDir Path directory;
    private MemoryRuntime runtime;
    private JobsFixture fixture;
    private final AtomicLong combined = new AtomicLong();
    private final Map<String, List<String>> files = new TreeMap<>();

    @BeforeEach
    void open() throws IOException {
        runtime =
                new MemoryRuntime(
                        (exchange, path, body) -> {
                            if (path.equals("/combine")) {
                                combined.addAndGet(body.length);
                            }
                            JobsTest.wordCount(exchange, path, body);
                        });
        fixture = new JobsFixture(directory, runtime);
        fixture.job("j", SPEC + "}");
        Random random = new Random(5);
        for (int i = 0; i < FILES; i++) {
            List<String> words = new ArrayList<>();
            for (int j = 0; j < WORDS; j++) {
                if (random.nextInt(10) > 0) {
                    words.add(String.format("word%05d", j));
                }
            }
            put(String.format("f%02d", i), words);
        }
        fixture.commit();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private void put(String file, List<String> words) {
        files.put(file, words);
        fixture.put(file, String.join(" ", words));
    }

    private String counted() {
        Map<String, Integer> counts = new TreeMap<>();
        files.values().forEach(f -> f.forEach(word -> counts.merge(word, 1, Integer::sum)));
        StringBuilder out = new StringBuilder();
        counts.forEach((word, n) -> out.append(word).append('\t').append(n).append('\n'));
        return out.toString();
    }

    private void runsRight() throws Exception {
        fixture.commit();
        fixture.succeed("j");
        assertThat(fixture.output("j", "part-00000")).isEqualTo(counted());
    }

    private void addWord(String file, String word) {
        List<String> words = new ArrayList<>(files.get(file));
        words.add(word);
        put(file, words);
    }

    @Test
    void anEditSendsOnlyTheRangesOfKeysThatItTouches() throws Exception {
        runsRight();
        long first = combined.getAndSet(0);
        addWord("f07", "word01234");
        runsRight();
        long edit = combined.getAndSet(0);
        assertThat(edit).as("of " + first).isPositive().isLessThan(first / 20);
        fixture.succeed("j");
        assertThat(combined.get()).as("nothing changed").isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyRowOfEditsGivesWhatCountingAgainGives(long seed) throws Exception {
        Random random = new Random(seed);
        runsRight();
        for (int round = 0; round < 12; round++) {
            for (int edit = random.nextInt(3); edit >= 0; edit--) {
                String file = String.format("f%02d", random.nextInt(FILES + 2));
                switch (random.nextInt(6)) {
                    case 0 -> {
                        if (files.remove(file) != null) {
                            fixture.repo().delete("master", file, false, Precondition.NONE);
                        }
                    }
                    case 1 -> put(file, List.of("only", "word00007", "zebra" + round));
                    default -> {
                        if (files.containsKey(file)) {
                            addWord(file, "word" + random.nextInt(100_000));
                        }
                    }
                }
            }
            runsRight();
        }
        fixture.job("again", SPEC + ", 'memo': false}");
        fixture.succeed("again");
        assertThat(fixture.output("again", "part-00000")).as("seed " + seed).isEqualTo(counted());
        fixture.job("j", SPEC + ", 'recheck': 1}");
        fixture.succeed("j");
    }

    @Test
    void aCombineThatCountsSomethingCountsAfterAnEditAsFromTheStart() throws Exception {
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/combine")) {
                        long lines = new String(body, UTF_8).lines().count();
                        exchange.getResponseHeaders().set("Pfs-Counter", "lines=" + lines);
                    }
                    JobsTest.wordCount(exchange, path, body);
                };
        fixture.succeed("j");
        addWord("f03", "word00100");
        fixture.commit();
        RunRecord edited = fixture.succeed("j");
        fixture.job("j", SPEC + ", 'memo': false}");
        RunRecord again = fixture.succeed("j");
        assertThat(edited.progress().counters())
                .containsKey("lines")
                .isEqualTo(again.progress().counters());
    }

    @ParameterizedTest
    @ValueSource(strings = {"aaa", "zzz"})
    void aCombineThatChangesKeysIsNamed(String key) throws Exception {
        runtime.handler =
                (exchange, path, body) -> {
                    if (path.equals("/combine")) {
                        answer(exchange, key + "\t1\n");
                    } else {
                        JobsTest.wordCount(exchange, path, body);
                    }
                };
        RunRecord run = fixture.run("j");
        assertThat(run.state()).isEqualTo(RunState.FAILED);
        assertThat(run.error()).contains("POST /combine answered the key '" + key + "'");
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        MemoryRuntime.answer(exchange, 200, "text/plain", text.getBytes(UTF_8));
    }
}
