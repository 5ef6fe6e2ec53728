package pfs.testing.crash;

import java.util.List;
import java.util.Random;
import pfs.meta.Key;
import pfs.meta.MemoryMetaStore;
import pfs.meta.MetaStore;
import pfs.testing.disk.CrashState;
import pfs.testing.disk.LyingDisk;

/**
 * What a store stands on, which outlives it: the disk, the metadata and the index.
 *
 * @param maxPack bytes at which a pack is finished
 */
record Machine(LyingDisk disk, MetaStore meta, ForgetfulIndex index, long maxPack, Seams seams) {
    static Machine empty(LyingDisk disk, long maxPack, Seams seams) {
        MetaStore meta = new MemoryMetaStore(StoreUnderTest.CLOCK);
        return new Machine(disk, meta, new ForgetfulIndex(), maxPack, seams);
    }

    /** What the next start finds if the power is lost now. */
    Machine afterCrash(CrashState left, Random random) {
        return new Machine(
                disk.afterCrash(left, random),
                CrashingMetaStore.copy(meta, StoreUnderTest.CLOCK),
                index.afterCrash(left, random),
                maxPack,
                seams);
    }

    /** One that holds the same and goes its own way. */
    Machine copy() {
        return afterCrash(CrashState.ALL, new Random(0));
    }

    /** Tells machines apart that hold different things. */
    List<Long> fingerprint() {
        long mixed = 1;
        for (MetaStore.Pair pair : meta.scan(Key.EMPTY, Key.EMPTY, Integer.MAX_VALUE)) {
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + pair.key().hashCode();
            mixed = mixed * 0x9e37_79b9_7f4a_7c15L + pair.value().value().hashCode();
        }
        return List.of(disk.fingerprint(), mixed, index.fingerprint());
    }
}
