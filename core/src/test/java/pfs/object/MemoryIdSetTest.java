package pfs.object;

class MemoryIdSetTest extends IdSetContract {
    @Override
    protected IdSet open() {
        return new MemoryIdSet();
    }
}
