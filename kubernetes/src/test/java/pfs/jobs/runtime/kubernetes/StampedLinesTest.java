package pfs.jobs.runtime.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import pfs.jobs.runtime.LastLines;

class StampedLinesTest {
    private static final String LOG =
            "2026-11-28T10:00:00.1Z first\n2026-11-28T10:00:00.123456789Z \n"
                    + "2026-11-28T10:00:01Z third one\n";

    private final List<String> lines = new ArrayList<>();
    private final LastLines last = new LastLines("w", (_, line) -> lines.add(line));
    private final StampedLines stamped = new StampedLines(last);

    private void take(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        stamped.accept(bytes, bytes.length);
    }

    @Test
    void timesAreTakenOffWhereverTheBytesAreCut() {
        for (int cut = 0; cut <= LOG.length(); cut++) {
            lines.clear();
            StampedLines fresh = new StampedLines(last);
            byte[] one = LOG.substring(0, cut).getBytes(UTF_8);
            byte[] two = LOG.substring(cut).getBytes(UTF_8);
            fresh.accept(one, one.length);
            fresh.accept(two, two.length);
            assertThat(lines).as("cut at " + cut).containsExactly("first", "", "third one");
        }
    }

    @Test
    void whatCameBeforeIsLeftOutWhenTheLogIsReadAgain() {
        assertThat(stamped.resume()).isNull();
        take(LOG);
        assertThat(stamped.resume()).isEqualTo(Instant.parse("2026-11-28T10:00:01Z"));
        take(LOG + "2026-11-28T10:00:02Z fourth\n");
        assertThat(lines).containsExactly("first", "", "third one", "fourth");
    }

    @Test
    void aLineThatWasCutOffComesAgain() {
        take("2026-11-28T10:00:00Z whole\n2026-11-28T10:00:01Z ha");
        assertThat(stamped.resume()).isEqualTo(Instant.parse("2026-11-28T10:00:00Z"));
        take("2026-11-28T10:00:00Z whole\n2026-11-28T10:00:01Z half\n");
        assertThat(lines).containsExactly("whole", "ha", "half");
    }

    @Test
    void aLineWithoutATimeIsKept() {
        take("failed to open the log\nnonsense\n\n2026-11-28T10:00:00Z x\n2026-11-28T10:00:01Z\n");
        assertThat(lines).containsExactly("failed to open the log", "nonsense", "", "x", "");
    }
}
