package pfs.testing.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import pfs.testing.NamedTests;

/** The tables of docs/jobs.md name tests that are there, at least one for each promise. */
class JobsTableTest {
    private static final String HEAD = "| promise | test |\n|---|---|\n";

    @Test
    void everyPromiseNamesTestsThatAreThere() throws IOException {
        String document = Files.readString(NamedTests.root().resolve("docs/jobs.md"));
        NamedTests named = NamedTests.in(document);
        assertThat(named.missing()).isEmpty();
        assertThat(named.all()).hasSizeGreaterThan(60);
        String[] tables = document.split(java.util.regex.Pattern.quote(HEAD));
        assertThat(tables.length).isGreaterThan(3);
        for (int i = 1; i < tables.length; i++) {
            assertThat(tables[i].split("\n\n", 2)[0].lines()).allMatch(NamedTests::namesOne);
        }
    }
}
