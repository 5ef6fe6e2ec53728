package pfs.journal;

import java.io.IOException;
import java.util.BitSet;
import pfs.pack.AppendablePackStore;
import pfs.pack.PackIndex;

/** How a journal is opened: after a crash, or after another server, as after a clean end. */
final class JournalOpening {
    private JournalOpening() {}

    static Journal of(AppendablePackStore packs, PackIndex index, long maxPack) throws IOException {
        PackSealer sealer = new PackSealer(packs);
        PackList there = PackList.of(packs);
        boolean shared = !packs.exclusive() && !there.packs().isEmpty();
        if (shared) {
            seal(packs, there);
        }
        long end = new PackRecovery(packs, index, there).recover();
        if (shared) {
            end = sealer.takeOver(packs, there, end);
        }
        OpenPacks open = new OpenPacks(end);
        PackLog log =
                new PackLog(
                        packs,
                        end,
                        maxPack,
                        (pack, bytes) -> sealer.seal(pack, bytes, open.take(pack)));
        if (!packs.exclusive()) {
            // Whoever wrote before finds the next place taken, before anything is read here.
            log.sync();
        }
        BitSet gone = there.gone();
        gone.clear((int) PackNumber.number(end), Integer.MAX_VALUE);
        return new Journal(packs, new Places(index, open), index, log, maxPack, gone);
    }

    /** Shuts out whoever was writing: any pack that has no index blob yet may still be growing. */
    private static void seal(AppendablePackStore packs, PackList there) throws IOException {
        for (long pack : there.packs()) {
            if (!there.indexed().contains(pack)) {
                packs.seal(PackNumber.pack(pack));
            }
        }
    }
}
