package pfs.jobs.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each part of the store is near to one server, and stays so. */
class NearnessTest {
    private static final List<String> SERVERS =
            List.of("http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080");
    private static final int PARTS = 3000;

    private static String part(int i) {
        return String.format("%08d.pack/%08x", i / 100, i % 100 << 23);
    }

    private static String nearest(String part, List<String> servers) {
        List<String> found =
                servers.stream().filter(s -> Nearness.isNearest(part, s, servers)).toList();
        assertThat(found).as("nearest to %s", part).hasSize(1);
        return found.getFirst();
    }

    @Test
    void eachServerHasItsShare() {
        Map<String, Integer> shares = new HashMap<>();
        for (int i = 0; i < PARTS; i++) {
            shares.merge(nearest(part(i), SERVERS), 1, Integer::sum);
        }
        assertThat(shares.values()).hasSize(3).allMatch(n -> n > PARTS / 4 && n < PARTS / 2);
    }

    @Test
    void aServerThatGoesMovesOnlyWhatWasNearToIt() {
        List<String> left = new ArrayList<>(SERVERS);
        String gone = left.remove(1);
        for (int i = 0; i < PARTS; i++) {
            String before = nearest(part(i), SERVERS);
            if (!before.equals(gone)) {
                assertThat(nearest(part(i), left)).isEqualTo(before);
            }
        }
    }

    @Test
    void nothingIsNearToNothing() {
        assertThat(Nearness.isNearest("", SERVERS.getFirst(), SERVERS)).isFalse();
    }
}
