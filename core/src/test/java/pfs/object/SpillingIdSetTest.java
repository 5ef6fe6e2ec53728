package pfs.object;

class SpillingIdSetTest extends IdSetContract {
    @Override
    protected IdSet open() {
        return new SpillingIdSet(1_000, MemoryIdSet::new);
    }
}
