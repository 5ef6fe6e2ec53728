package pfs.testing.jobs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import pfs.jobs.runtime.ContainerEngine;

/** A copy of {@code examples/}, its READMEs' commands, and what their answers must be. */
final class Examples {
    /** What each program takes for a word. */
    private static final Pattern UNICODE = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern ASCII = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern BYTES = Pattern.compile("[A-Za-z0-9_\\x80-\\xff]+");

    private final Path directory;

    /** Copies the examples and the README that they read, as the checkout has them. */
    Examples(Path work) throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("examples/local-base"))) {
            root = root.getParent();
        }
        ContainerEngine.run(
                Map.of(),
                "cp",
                "-r",
                root.resolve("examples").toString(),
                root.resolve("README.md").toString(),
                work.toString());
        directory = work.resolve("examples");
    }

    Path of(String name) {
        return directory.resolve(name);
    }

    /** The lines of the first block of code in an example's README. */
    List<String> commands(String name) throws IOException {
        String text = Files.readString(of(name).resolve("README.md"));
        return text.split("```")[1].lines().filter(line -> !line.isBlank()).toList();
    }

    private byte[] readme() throws IOException {
        return Files.readAllBytes(directory.resolveSibling("README.md"));
    }

    /** Compares a word count of the project's README with one made here. */
    void isWordCount(String name, String answer) throws IOException {
        Map<String, Integer> expected =
                switch (name) {
                    case "wordcount-shell" -> words(ASCII, new String(readme(), ISO_8859_1));
                    case "wordcount-java" -> latin(words(BYTES, new String(readme(), ISO_8859_1)));
                    default -> words(UNICODE, new String(readme(), UTF_8));
                };
        assertThat(counts(answer)).isEqualTo(expected);
    }

    private static Map<String, Integer> words(Pattern word, String text) {
        Map<String, Integer> counts = new TreeMap<>();
        word.matcher(text).results().forEach(m -> counts.merge(m.group(), 1, Integer::sum));
        return counts;
    }

    private static Map<String, Integer> latin(Map<String, Integer> counts) {
        Map<String, Integer> decoded = new TreeMap<>();
        counts.forEach((word, n) -> decoded.put(new String(word.getBytes(ISO_8859_1), UTF_8), n));
        return decoded;
    }

    private static Map<String, Integer> counts(String answer) {
        Map<String, Integer> counts = new TreeMap<>();
        answer.lines()
                .map(line -> line.split("\t"))
                .forEach(pair -> counts.put(pair[0], Integer.parseInt(pair[1])));
        return counts;
    }

    void isInvertedIndex(String answer) throws IOException {
        List<String> expected =
                words(UNICODE, new String(readme(), UTF_8).toLowerCase(java.util.Locale.ROOT))
                        .keySet()
                        .stream()
                        .map(word -> word + ": books/readme.md")
                        .toList();
        assertThat(answer.lines().toList()).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** The parts' lines are the README's, in unsigned byte order. */
    void isSorted(String parts) throws IOException {
        byte[][] lines =
                Stream.of(new String(readme(), ISO_8859_1).split("\n"))
                        .map(line -> line.getBytes(ISO_8859_1))
                        .sorted(Arrays::compareUnsigned)
                        .toArray(byte[][]::new);
        StringBuilder expected = new StringBuilder();
        for (byte[] line : lines) {
            expected.append(new String(line, UTF_8)).append('\n');
        }
        assertThat(parts).isEqualTo(expected.toString());
    }

    /** What the pipeline makes of clean/app.py as a log. */
    void isPipelineCount(String answer) throws IOException {
        String kept =
                Files.readString(of("pipeline/clean/app.py"))
                        .toLowerCase(java.util.Locale.ROOT)
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .reduce("", (all, line) -> all + line + "\n");
        assertThat(counts(answer)).isEqualTo(words(UNICODE, kept));
    }
}
