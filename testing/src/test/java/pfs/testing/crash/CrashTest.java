package pfs.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CrashTest {
    private final CrashWorkloads workloads = new CrashWorkloads();
    private final long started = System.nanoTime();

    @AfterEach
    void report() {
        System.out.printf(
                "%d workloads, %d crash states in %.1f s%n",
                workloads.runs(), workloads.states(), (System.nanoTime() - started) / 1e9);
    }

    @Test
    void everyWorkloadOfOneStepSurvivesEveryCrash() throws Exception {
        workloads.everyWorkload(1);
    }

    @Test
    void everyWorkloadOfTwoStepsSurvivesEveryCrash() throws Exception {
        workloads.everyWorkload(2);
    }

    @Test
    void aRunThatIsOverLeavesTheRestOutAndCountsWhatItDid() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CrashWorkloads few = new CrashWorkloads(() -> asked.incrementAndGet() > 5);
        few.everyWorkload(1);
        assertThat(few.runs()).isEqualTo(4);
        assertThat(few.states()).isPositive();
    }

    @Test
    void longWorkloadsSurviveCrashes() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            workloads.random(seed, 15, 15);
        }
    }
}
