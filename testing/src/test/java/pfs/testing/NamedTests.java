package pfs.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tests that a document names: {@code JobsTest.wordsAreCounted}, in backquotes.
 *
 * @param missing those that are not in the sources
 */
public record NamedTests(Set<String> all, Set<String> missing) {
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|Contract))\\.(\\w+)`");

    /** The directory of the checkout. */
    public static Path root() {
        Path at = Path.of("").toAbsolutePath();
        return Files.exists(at.resolve("docs")) ? at : at.getParent();
    }

    /** Looks for all tests that the text names. */
    public static NamedTests in(String document) throws IOException {
        Set<String> all = new TreeSet<>();
        Set<String> missing = new TreeSet<>();
        Map<String, String> sources = sources();
        Matcher test = TEST.matcher(document);
        while (test.find()) {
            all.add(test.group());
            String source = sources.getOrDefault(test.group(1) + ".java", "");
            if (!source.contains("void " + test.group(2) + "(")) {
                missing.add(test.group());
            }
        }
        return new NamedTests(all, missing);
    }

    /** Whether the text names a test, be it there or not. */
    public static boolean namesOne(String text) {
        return TEST.matcher(text).find();
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(root())) {
            for (Path file : files.filter(NamedTests::isTest).toList()) {
                // Two modules may have a test of one name.
                sources.merge(
                        String.valueOf(file.getFileName()), Files.readString(file), String::concat);
            }
        }
        return sources;
    }

    private static boolean isTest(Path file) {
        return file.toString().contains("src/test/java")
                && String.valueOf(file.getFileName()).matches("\\w+(Test|Contract)\\.java");
    }
}
