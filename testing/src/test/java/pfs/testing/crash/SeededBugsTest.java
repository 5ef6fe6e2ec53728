package pfs.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.Fault;
import pfs.testing.disk.LyingDisk;

/** Mistakes made on purpose: the suite's own workloads must catch each, and pass without any. */
class SeededBugsTest {
    private static final List<Step> WORK =
            List.of(
                    Step.PUT_A,
                    Step.PUT_B,
                    Step.COMMIT,
                    Step.APPEND_A,
                    Step.UNPACK_THREE,
                    Step.DELETE_A,
                    Step.COLLECT,
                    Step.RESTART,
                    Step.PUT_LARGE,
                    Step.RESET,
                    Step.COLLECT,
                    Step.PUT_B,
                    Step.COMMIT,
                    Step.RESTART,
                    Step.PUT_A);
    private static final long PACKS = 64L << 20;

    @ParameterizedTest
    @EnumSource(SeededBug.class)
    void everyMistakeIsCaught(SeededBug bug) {
        String caught = caught(bug.seams());
        System.out.println(bug + ": " + caught);
        assertThat(caught).as("what catches %s", bug).isNotEmpty();
    }

    @Test
    void nothingIsCaughtWhereThereIsNoMistake() {
        assertThat(caught(Seams.NONE)).isEmpty();
    }

    /** What goes wrong with the mistake; "" for nothing. */
    private static String caught(Seams seams) {
        try {
            space(seams);
            twice(seams);
            crashes(seams);
            faults(seams);
            return "";
        } catch (Exception | AssertionError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
        }
    }

    private static void crashes(Seams seams) throws Exception {
        for (List<Step> steps : List.of(WORK, WORK.subList(0, 3))) {
            CrashRun run = new CrashRun(steps, PACKS, seams);
            long calls = run.calls();
            Random random = new Random(11);
            for (int i = 0; i < 150; i++) {
                CrashState left = CrashState.values()[i % CrashState.values().length];
                run.crashAt(1 + random.nextLong(calls + 1), left, random.nextLong());
            }
        }
    }

    private static void faults(Seams seams) throws Exception {
        List<Step> steps = WORK.subList(0, 6);
        long calls = new CrashRun(steps, PACKS, seams).calls();
        for (long call = 1; call <= calls; call++) {
            FaultRun.run(steps, call, Fault.EIO, PACKS, seams);
        }
    }

    /** What was deleted must be off the disk after a collection. */
    private static void space(Seams seams) throws Exception {
        LyingDisk disk = new LyingDisk();
        try (StoreUnderTest store = StoreUnderTest.make(disk, PACKS, seams)) {
            store.run(Step.PUT_LARGE, 1);
            store.run(Step.RESET, 2);
            store.run(Step.COLLECT, 3);
            long bytes = 0;
            for (String name : disk.list("packs")) {
                bytes += Math.max(0, disk.size("packs/" + name));
            }
            assertThat(bytes).as("bytes left of what was deleted").isLessThan(100_000);
        }
    }

    /** What may be done once must be refused the second time. */
    private static void twice(Seams seams) throws Exception {
        try (StoreUnderTest store = StoreUnderTest.make(new LyingDisk(), PACKS, seams)) {
            store.run(Step.PUT_A, 1);
            store.run(Step.COMMIT, 2);
            assertThat(store.tagsTwice()).as("a tag was made twice").isFalse();
        }
    }
}
