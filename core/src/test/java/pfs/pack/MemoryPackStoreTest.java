package pfs.pack;

class MemoryPackStoreTest extends AppendablePackStoreContract {
    @Override
    protected AppendablePackStore open() {
        return new MemoryPackStore();
    }
}
