package pfs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a formatter cannot hold. Each failure names file and line, and the rule. */
class TidyTest {
    private static final String RATCHET = "testing/src/test/resources/pfs/testing/too-long.txt";

    /** Names that say nothing about what a thing is. */
    private static final Pattern EMPTY_NAME =
            Pattern.compile("(Utils?|Helpers?|Manager|Impl|Common|Misc)\\.java$");

    private static final Pattern EMPTY_PACKAGE =
            Pattern.compile("/pfs/(.*/)?(utils?|impl|common|helpers?|misc)/");

    /** Written so that this file does not find itself. */
    private static final Pattern MARKER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

    private static final Pattern DISABLED = Pattern.compile("@Dis" + "abled\\b");

    /** Where somebody's files are, rather than anybody's. */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<![\\w.$}])/(home/(?!pfs\\b)|Users/|roo" + "t/|wor" + "k/)\\w");

    private static final List<String> TEXTS =
            List.of(
                    "java",
                    "md",
                    "xml",
                    "sh",
                    "py",
                    "yaml",
                    "yml",
                    "json",
                    "html",
                    "css",
                    "js",
                    "jte",
                    "txt",
                    "properties");

    private final SourceTree tree = SourceTree.find();

    @Test
    void namesSayWhatAThingIs() {
        List<String> wrong =
                tree.java("java")
                        .map(tree::relative)
                        .filter(
                                f ->
                                        EMPTY_NAME.matcher(f).find()
                                                || EMPTY_PACKAGE.matcher(f).find())
                        .toList();
        assertThat(wrong).as("names without a meaning").isEmpty();
    }

    @Test
    void nothingIsMarkedAsUnfinished() throws IOException {
        assertThat(lines(texts(), MARKER)).as("leftover markers").isEmpty();
    }

    @Test
    void noTestIsSwitchedOff() throws IOException {
        assertThat(lines(tree.java("src/test/java"), DISABLED)).as("tests switched off").isEmpty();
    }

    @Test
    void nothingNamesSomebodysMachine() throws IOException {
        assertThat(lines(texts(), MACHINE_PATH)).as("paths of one machine").isEmpty();
    }

    @Test
    void eachPackageSaysWhatItIsAndIsNullMarked() throws IOException {
        TreeSet<Path> packages =
                tree.java("src/main/java")
                        .map(Path::getParent)
                        .collect(Collectors.toCollection(TreeSet::new));
        List<String> wrong = new ArrayList<>();
        for (Path directory : packages) {
            Path info = directory.resolve("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("NullMarked")) {
                wrong.add(tree.relative(directory));
            }
        }
        assertThat(wrong).as("packages without a null-marked package-info").isEmpty();
    }

    /**
     * The list of what is too long may only shrink: a new entry or a larger number fails, and so
     * does one that is better than the list says. {@code -Dtidy.rewrite} writes the list anew.
     */
    @Test
    void whatIsTooLongOnlyGetsLess() throws IOException {
        Map<String, Integer> now = Sizes.tooLong(tree.java("src/main/java").toList());
        Path file = tree.root().resolve(RATCHET);
        if (System.getProperty("tidy.rewrite") != null) {
            Files.write(
                    file,
                    now.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList());
        }
        Map<String, Integer> listed = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            int space = line.lastIndexOf(' ');
            listed.put(line.substring(0, space), Integer.parseInt(line.substring(space + 1)));
        }
        assertThat(now)
                .as(
                        "lines of methods over %d and classes over %d lines, against %s",
                        Sizes.METHOD, Sizes.CLASS, RATCHET)
                .isEqualTo(listed);
    }

    private Stream<Path> texts() {
        return tree.files().stream()
                .filter(
                        f -> {
                            String name = f.getFileName().toString();
                            int dot = name.lastIndexOf('.');
                            return dot < 0 || TEXTS.contains(name.substring(dot + 1));
                        });
    }

    private List<String> lines(Stream<Path> files, Pattern pattern) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files.toList()) {
            int number = 0;
            for (String line : read(file)) {
                number++;
                if (pattern.matcher(line).find()) {
                    found.add(tree.relative(file) + ":" + number + ": " + line.strip());
                }
            }
        }
        return found;
    }

    /** Nothing for a file that is no text. */
    private static List<String> read(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException e) {
            return List.of();
        }
    }
}
