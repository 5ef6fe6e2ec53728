package pfs.testing.crash;

import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import pfs.disk.Disk;
import pfs.meta.MetaStore;
import pfs.object.IdSet;
import pfs.object.MemoryIdSet;
import pfs.pack.PackIndex;
import pfs.repo.Lease;

/** What is put between a store under test and what it stands on: nothing, or a mistake. */
record Seams(
        UnaryOperator<Disk> disk,
        UnaryOperator<PackIndex> index,
        UnaryOperator<MetaStore> meta,
        Supplier<IdSet> sets,
        UnaryOperator<Lease> lease) {
    static final Seams NONE =
            new Seams(
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    UnaryOperator.identity(),
                    MemoryIdSet::new,
                    UnaryOperator.identity());

    Seams withDisk(UnaryOperator<Disk> other) {
        return new Seams(other, index, meta, sets, lease);
    }

    Seams withIndex(UnaryOperator<PackIndex> other) {
        return new Seams(disk, other, meta, sets, lease);
    }

    Seams withMeta(UnaryOperator<MetaStore> other) {
        return new Seams(disk, index, other, sets, lease);
    }

    Seams withSets(Supplier<IdSet> other) {
        return new Seams(disk, index, meta, other, lease);
    }

    Seams withLease(UnaryOperator<Lease> other) {
        return new Seams(disk, index, meta, sets, other);
    }
}
