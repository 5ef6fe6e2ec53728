package pfs.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonShapesTest {
    @Test
    void aProblemIsReadBackAsItWasWritten() {
        Problem problem =
                new Problem(
                        "urn:pfs:no-such-path",
                        "No such path",
                        404,
                        "no file 'a \"b\"'",
                        Map.of("path", "a \"b\""));
        assertThat(Problem.parse(problem.toJson())).isEqualTo(problem);
    }

    @Test
    void theListOfAProblemIsLines() {
        Problem problem =
                Problem.parse(
                        "{\"detail\":\"d\",\"x\":{\"y\":1},\"conflicts\":[\"a\",[1],\"b c\"]}");
        assertThat(problem).isNotNull();
        assertThat(problem.members()).containsEntry("conflicts", "a\nb c");
        assertThat(problem.detail()).isEqualTo("d");
    }

    @Test
    void whatIsNoProblemIsNull() {
        assertThat(Problem.parse("<html>")).isNull();
        assertThat(Problem.parse("")).isNull();
        assertThat(Problem.parse("[1]")).isNull();
    }

    @Test
    void aListingIsReadEntryByEntry() {
        String json =
                """
                {"entries":[
                {"path":"a","type":"file","size":5,"id":"00ff","modified":"2026-11-22T10:00:00.000000007Z","new":[{"x":1}]},
                {"path":"d/","type":"directory","size":7,"id":"aa","modified":null}],"next":"d/"}
                """;
        List<ListedEntry> entries = new ArrayList<>();
        Listing listing =
                new Listing(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        for (ListedEntry e = listing.read(); e != null; e = listing.read()) {
            entries.add(e);
        }
        assertThat(listing.next()).isEqualTo("d/");
        assertThat(entries)
                .containsExactly(
                        new ListedEntry(
                                "a",
                                ListedEntry.Type.FILE,
                                5,
                                "00ff",
                                Instant.parse("2026-11-22T10:00:00.000000007Z"),
                                false),
                        new ListedEntry("d", ListedEntry.Type.DIRECTORY, 7, "aa", null, false));
    }

    @Test
    void theVersionIsTheBuilds() {
        assertThat(Version.current()).matches("\\d+\\.\\d+\\.\\d+.*");
    }
}
