package pfs.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedTransferQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GatheringTest {
    private static final long LONG = Duration.ofMinutes(10).toNanos();
    private static final long SHORT = Duration.ofMillis(5).toNanos();

    private final LinkedTransferQueue<Integer> waiting = new LinkedTransferQueue<>();

    private void ask(int requests) {
        IntStream.range(0, requests).forEach(waiting::put);
    }

    private int gathered(Gathering gathering) {
        List<Integer> group = new ArrayList<>();
        gathering.gather(waiting, group, 256);
        return group.size();
    }

    /** One whose syncs take so long that it waits for its own limit. */
    private static Gathering slow(long mostNanos) {
        Gathering gathering = new Gathering(mostNanos);
        IntStream.range(0, 100).forEach(_ -> gathering.synced(4 * LONG));
        return gathering;
    }

    @Test
    void whoAsksAloneWaitsForNobody() {
        Gathering gathering = slow(LONG);
        for (int i = 0; i < 10; i++) {
            ask(1);
            assertThat(gathered(gathering)).isEqualTo(1);
        }
    }

    @Test
    void aGroupWaitsForThoseWhoCameLately() throws Exception {
        Gathering gathering = slow(LONG);
        ask(64);
        assertThat(gathered(gathering)).isEqualTo(64);
        ask(1);
        Thread others =
                Thread.startVirtualThread(
                        () -> {
                            while (!waiting.isEmpty()) {
                                Thread.onSpinWait();
                            }
                            ask(80);
                        });
        assertThat(gathered(gathering)).isBetween(64, 81);
        others.join();
    }

    @Test
    void whoDoesNotComeBackIsWaitedForNoLongerThanTheLimitAndForgotten() {
        Gathering gathering = slow(SHORT);
        ask(64);
        assertThat(gathered(gathering)).isEqualTo(64);
        for (int i = 0; i < 10; i++) {
            ask(1);
            assertThat(gathered(gathering)).isEqualTo(1);
        }
    }

    @Test
    void aGroupHasNoMoreThanTheMost() {
        Gathering gathering = slow(SHORT);
        ask(300);
        assertThat(gathered(gathering)).isEqualTo(256);
        assertThat(gathered(gathering)).isEqualTo(44);
    }
}
