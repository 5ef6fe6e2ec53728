package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/security.md name what is there. Written again by {@code -Dsecurity.rewrite=1}.
 */
class SecurityTableTest {
    private static final String BEGIN = "<!-- made by SecurityTableTest -->\n";
    private static final String END = "<!-- end -->";
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|Contract))\\.(\\w+)`");

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        return Files.exists(at.resolve("docs")) ? at : at.getParent();
    }

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        String document = Files.readString(root().resolve("docs/security.md"));
        TreeSet<String> missing = new TreeSet<>();
        Matcher test = TEST.matcher(document);
        int named = 0;
        while (test.find()) {
            named++;
            if (!source(test.group(1)).contains("void " + test.group(2) + "(")) {
                missing.add(test.group());
            }
        }
        assertThat(named).isGreaterThan(30);
        assertThat(missing).isEmpty();
    }

    private static String source(String type) throws IOException {
        try (Stream<Path> files = Files.walk(root())) {
            Path file =
                    files.filter(path -> path.endsWith(type + ".java"))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("there is no " + type));
            return Files.readString(file);
        }
    }

    @Test
    void everyHostileRequestIsInTheTable() throws IOException {
        Path file = root().resolve("docs/security.md");
        String document = Files.readString(file);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        String table = table();
        if (Boolean.getBoolean("security.rewrite")
                || System.getProperty("security.rewrite") != null) {
            Files.writeString(file, document.substring(0, from) + table + document.substring(to));
            return;
        }
        assertThat(document.substring(from, to)).isEqualTo(table);
    }

    private static String table() {
        return "| request | answer |\n|---|---|\n"
                + HostileCase.all().stream()
                        .map(one -> "| " + one.name() + " | " + answers(one) + " |\n")
                        .collect(Collectors.joining());
    }

    private static String answers(HostileCase one) {
        String statuses =
                one.allowed().stream()
                        .sorted()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        return statuses + (one.mayClose() ? ", or closed" : "");
    }
}
