package pfs.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pfs.error.ErrorCode;
import pfs.error.PfsException;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.LyingDisk;

class FaultTest {
    private static final String PACK = "packs/0000000000000001.pack";

    @Test
    void everyCallOfTwelveStepsMayFailOnce() throws Exception {
        CrashWorkloads workloads = new CrashWorkloads();
        workloads.everyFault();
        System.out.println(workloads.states() + " failed calls");
        assertThat(workloads.states()).isPositive();
    }

    @Test
    void noFlippedBitIsServed() throws Exception {
        LyingDisk disk = new LyingDisk();
        StoreUnderTest store = StoreUnderTest.make(disk, 64L << 20);
        State state = State.EMPTY;
        int number = 0;
        for (Step step :
                List.of(Step.PUT_A, Step.PUT_B, Step.UNPACK_THREE, Step.COMMIT, Step.PUT_A)) {
            store.run(step, ++number);
            state = StoreUnderTest.expected(state, step, number);
        }
        assertThat(store.observe()).isEqualTo(state);
        store.close();
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            long bit = random.nextLong(disk.size(PACK) * 8);
            try (StoreUnderTest damaged = store.withFlip(PACK, bit)) {
                assertThat(damaged.observe()).as("bit %d", bit).isEqualTo(state);
            } catch (PfsException e) {
                assertThat(e.code()).as("bit %d", bit).isEqualTo(ErrorCode.CORRUPT);
                refused++;
            }
        }
        System.out.println("400 flipped bits, " + refused + " refused, none served");
        assertThat(refused).isPositive();
    }

    @Test
    void noDamageIsServedAndFsckFindsAllOfIt() throws Exception {
        long seed = Long.getLong("pfs.seed", System.nanoTime());
        for (boolean large : new boolean[] {true, false}) {
            Damages damages = new Damages(seed, large);
            damages.run(300);
            System.out.println(damages.tried() + ", " + damages.refused() + " refused");
            assertThat(damages.refused()).isPositive();
        }
    }

    /** The torture must see what it is there for: here it looks at disks that lie about syncs. */
    @Test
    void aDiskWhoseSyncsDoNothingIsFoundOut() {
        for (boolean directories : new boolean[] {true, false}) {
            assertThatThrownBy(
                            () -> {
                                LyingDisk disk = new LyingDisk();
                                if (directories) {
                                    disk.ignoreDirectorySyncs();
                                } else {
                                    disk.ignoreSyncs();
                                }
                                StoreUnderTest store = StoreUnderTest.make(disk, 64L << 20);
                                store.run(Step.PUT_A, 1);
                                State promised = store.observe();
                                disk.crash();
                                store.close();
                                try (StoreUnderTest next =
                                        store.afterCrash(CrashState.NONE, new Random(1))) {
                                    assertThat(next.observe()).isEqualTo(promised);
                                }
                            })
                    .isInstanceOf(AssertionError.class);
        }
    }
}
