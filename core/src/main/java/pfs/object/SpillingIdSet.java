package pfs.object;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An {@link IdSet} whose first ids are in memory and whose others are in another set, on a disk
 * perhaps, which is made when it is needed. Thread-safe.
 */
public final class SpillingIdSet implements IdSet {
    private final MemoryIdSet first = new MemoryIdSet();
    private final long most;
    private final Supplier<IdSet> more;
    private volatile @Nullable IdSet rest;

    /**
     * @param most ids in memory; each takes 64 to 128 bytes
     */
    public SpillingIdSet(long most, Supplier<IdSet> more) {
        this.most = most;
        this.more = more;
    }

    @Override
    public boolean add(ObjectId id) {
        if (first.contains(id)) {
            return false;
        }
        IdSet others = rest;
        if (others == null) {
            if (first.size() < most) {
                return first.add(id);
            }
            others = spill();
        }
        return others.add(id);
    }

    private synchronized IdSet spill() {
        IdSet others = rest;
        if (others == null) {
            others = more.get();
            rest = others;
        }
        return others;
    }

    @Override
    public boolean contains(ObjectId id) {
        IdSet others = rest;
        return first.contains(id) || others != null && others.contains(id);
    }

    @Override
    public long size() {
        IdSet others = rest;
        return first.size() + (others == null ? 0 : others.size());
    }

    @Override
    public void close() {
        first.close();
        IdSet others = rest;
        if (others != null) {
            others.close();
        }
    }
}
