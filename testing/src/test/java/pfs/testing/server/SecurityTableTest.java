package pfs.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import pfs.testing.NamedTests;

/**
 * The tables of docs/security.md name what is there. Written again by {@code -Dsecurity.rewrite=1}.
 */
class SecurityTableTest {
    private static final String BEGIN = "<!-- made by SecurityTableTest -->\n";
    private static final String END = "<!-- end -->";

    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        String document = Files.readString(NamedTests.root().resolve("docs/security.md"));
        NamedTests named = NamedTests.in(document);
        assertThat(named.all()).hasSizeGreaterThan(30);
        assertThat(named.missing()).isEmpty();
    }

    @Test
    void everyHostileRequestIsInTheTable() throws IOException {
        Path file = NamedTests.root().resolve("docs/security.md");
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
