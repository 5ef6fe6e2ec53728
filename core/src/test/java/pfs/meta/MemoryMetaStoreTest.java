package pfs.meta;

class MemoryMetaStoreTest extends ClockedMetaStoreContract {
    @Override
    protected MetaStore store() {
        return new MemoryMetaStore(clock);
    }
}
