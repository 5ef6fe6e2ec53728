package pfs.meta;

class MemoryMetaStoreTest extends MetaStoreContract {
    @Override
    protected MetaStore store() {
        return new MemoryMetaStore(clock);
    }
}
