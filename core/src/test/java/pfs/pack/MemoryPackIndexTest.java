package pfs.pack;

class MemoryPackIndexTest extends PackIndexContract {
    @Override
    protected PackIndex index() {
        return new MemoryPackIndex();
    }
}
